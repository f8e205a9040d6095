"""Small runs to attack, one of each family and kind of data, made in seconds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from attack.forked import trasluz

_CONV = {
    "encoder": "{name: conv, channels: [4], code: 4}",
    "decoder": "{name: conv-transpose, channels: [4], start: 4}",
}
_DENSE = {"encoder": "{name: dense, hidden: [8], code: 4}", "decoder": "{name: dense, hidden: [8]}"}
_DIGITS = "{source: digits, valid: 0.2, test: 0.2, limit: {train: 60, valid: 40, test: 40}}"


@dataclass(frozen=True)
class Recipe:
    """A recipe of few words: its ``model`` part, ``data`` and whatever else in YAML."""

    model: dict[str, str]
    data: str = _DIGITS
    more: str = ""
    kind: str = "image"

    def text(self, name: str) -> str:
        """The recipe as YAML."""
        model = "".join(f"  {key}: {value}\n" for key, value in self.model.items())
        train = "" if "train:" in self.more else "train: {epochs: 1, batch: 20}\n"
        return f"name: {name}\ndata: {self.data}\nmodel:\n{model}{train}{self.more}compute: {{threads: 1}}\n"


RECIPES = {
    "classifier": Recipe({"family": "classifier", "network": "{name: residual, channels: [4, 8], blocks: 1}"}),
    "autoencoder": Recipe({"family": "autoencoder", **_CONV}),
    "vae": Recipe({"family": "vae", **_CONV, "latent": "3"}),
    "vq-vae": Recipe(
        {
            "family": "vq-vae",
            "encoder": "{name: conv, channels: [4, 4]}",
            "decoder": "{name: conv-transpose, channels: [4]}",
            "codebook": "8",
            "width": "4",
        }
    ),
    "gan": Recipe(
        {
            "family": "gan",
            "generator": "{name: dcgan, width: 8}",
            "discriminator": "{name: dcgan, width: 8}",
            "latent": "4",
            "conditional": "true",
        },
        _DIGITS.replace("digits,", "digits, size: 16,"),
        "train: {epochs: 1, batch: 20, ema: 0.9}\n",
    ),
    "joint": Recipe({"family": "joint", **_CONV, "classifier": "{name: dense, hidden: [8]}"}),
    "perceptron": Recipe(
        {"family": "perceptron"},
        "{source: two-blobs, normalise: raw, valid: 0.2}",
        "train: {epochs: 2, batch: full, optimiser: {name: sgd, learning_rate: 0.5}}\n",
        "points",
    ),
    "swap": Recipe(
        {"family": "swap", **_CONV},
        "{source: digits, valid: 0.2, limit: {train: 60, valid: 40}, domains: true}",
    ),
    "layerwise": Recipe(
        {"family": "autoencoder", **_DENSE, "layerwise": "true"},
        more="phases:\n  - {name: layer-1, train: {epochs: 1}}\n  - {name: joint, train: {epochs: 1}}\n",
    ),
    "table": Recipe(
        {"family": "classifier", "network": "{name: dense, hidden: [8]}"},
        "{source: iris, normalise: standard, valid: 0.2, test: 0.2}",
        kind="table",
    ),
    "sequences": Recipe(
        {
            "family": "autoencoder",
            "encoder": "{name: recurrent, hidden: [6], code: 4}",
            "decoder": "{name: recurrent, hidden: [6]}",
        }
    ),
}
_MORE = {  # what keeps files of kinds that nothing else keeps
    "autoencoder": ("generate {run} --count 2 --source mixture --out {place}/images",),
    "vae": ("evaluate {run} --classifier {place}/classifier --samples 40",),
}
STUDY = """name: pair
base: {base}
variants:
  one: {{train.batch: 20}}
  two: {{train.batch: 30}}
seeds: 1
"""


def make_run(name: str, place: Path, looked_at: bool = True) -> Path:
    """``place/<name>``: a trained run of ``RECIPES[name]``; with evaluation, report and best weights' evaluation.

    Raises:
        RuntimeError: a command failed.
    """
    place.mkdir(parents=True, exist_ok=True)
    recipe = place / f"{name}.yaml"
    recipe.write_text(RECIPES[name].text(name), encoding="utf-8")
    _do("train", recipe, "--runs", place / f"{name}.made", folder=place)
    (made,) = (place / f"{name}.made").iterdir()
    run = made.rename(place / name)
    if looked_at:
        _do("report", run, folder=place)
        if (run / "checkpoints" / "best").is_dir():
            _do("evaluate", run, "--weights", "best", folder=place)
        for words in _MORE.get(name, ()):
            _do(*(word.format(run=run, place=place) for word in words.split()), folder=place)
    return run


def make_study(place: Path) -> Path:
    """``place/study``: a study of two variants of the table's classifier, done.

    Raises:
        RuntimeError: a command failed.
    """
    place.mkdir(parents=True, exist_ok=True)
    base = place / "base.yaml"
    base.write_text(RECIPES["table"].text("base"), encoding="utf-8")
    (place / "study.yaml").write_text(STUDY.format(base=base), encoding="utf-8")
    _do("study", place / "study.yaml", "--runs", place / "made", folder=place)
    (made,) = (place / "made").iterdir()
    return made.rename(place / "study")


def _do(*words: str | Path, folder: Path) -> None:
    ended = trasluz(*words, folder=folder, seconds=300)
    if ended.code != 0:
        raise RuntimeError(f"trasluz {' '.join(map(str, words))}: {ended.code} {ended.text}")
