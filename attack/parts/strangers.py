"""A stranger's run or recipe, with each way to have something executed, under every command that opens one.

What would be executed makes a file, the marker: it must never be there.  What a run links to outside its folder must
be left as it was.  Beside these stand controls, of which the marker must be made, so that the trap is known to work.
"""

from __future__ import annotations

import hashlib
import json
import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from attack.attempt import Attempt
from attack.forked import trasluz
from attack.parts._ways import Stage, Way, all_ways, call

TITLE = "Strangers' runs and recipes: nothing that they name is executed"
COUNT = 1_000_000  # every way with every command; fewer are drawn
_FEW = 100  # attempts, for which no reports are made of the victims first
CONTROL = "control: must be called"

_ENCODER, _DECODER = "encoder: {name: conv, channels: [4], code: 4}", "decoder: {name: conv-transpose, channels: [4]}"
FAMILIES = {
    "classifier": "{family: classifier, network: {name: conv, channels: [4], dense: [8]}}",
    "vae": f"{{family: vae, latent: 3, {_ENCODER.replace(', code: 4', '')}, {_DECODER}}}",
    "swap": f"{{family: swap, {_ENCODER}, {_DECODER}}}",
}
_RECIPE = """
name: {family}
data: {{source: photos, size: 12, valid: 0.25, test: 0.25{domains}}}
model: {model}
train: {{epochs: 1, batch: 8}}
"""
_STUDY = """
name: stranger
base: {run}/recipe.yaml
seeds: 1
metrics: [loss]
variants: {{a: {{train.epochs: 1}}, b: {{train.epochs: 2}}}}
"""


@dataclass(frozen=True)
class Verb:
    """A command: its ``words``, with ``{run}`` and the like, on a run of ``family``; ``allows``: it takes --allow."""

    words: str
    family: str = "classifier"
    allows: bool = True
    interrupted: bool = False


VERBS = (
    Verb("predict {run} {photos}"),
    Verb("predict {run} {photos} --weights best"),
    Verb("predict {run} {run}/evil.npz"),
    Verb("reconstruct {run} {photos} --out made", "vae"),
    Verb("generate {run} --out made --count 4", "vae"),
    Verb("generate {run} --out made --count 4 --source mixture", "vae"),
    Verb("translate {run} {photos} --to cat --out made", "swap"),
    Verb("evaluate {run}"),
    Verb("evaluate {run} --weights best", "vae"),
    Verb("evaluate {run} --data {photos}"),
    Verb("evaluate {other} --data run:{run}", "vae"),
    Verb("evaluate {mine} --classifier {run} --samples 100"),
    Verb("findings {run}"),
    Verb("report {run}"),
    Verb("report {run} --weights best", "vae"),
    Verb("look {run}"),
    Verb("look {run} cam"),
    Verb("look {run} kernels", "swap"),
    Verb("look {run} latent-map", "vae"),
    Verb("look {run} film-strip"),
    Verb("resume {run}", interrupted=True),
    Verb("resume {run} --set train.epochs=2", "vae"),
    Verb("compare {other} {run}"),
    Verb("train {run}/recipe.yaml"),
    Verb("train {run}/recipe.yaml --data run:{mine} --set data.size=null", "classifier"),
    Verb("train {mine}/recipe.yaml --set phases=[{{name:\u00a0a,from:\u00a0{run}}}]", "vae"),
    Verb("study study.yaml"),
    Verb("study {place}/strange-study"),
    Verb("data check run:{run}", "vae"),
    Verb("data preview {run}/recipe.yaml"),
    Verb("recipes show {run}/recipe.yaml", allows=False),
    Verb("runs list runs", allows=False),
)


def attempts(seed: int, count: int, folder: Path) -> Iterator[Attempt]:
    """Controls first, then ways with verbs in the order of ``seed``."""
    trials = [(way, verb) for way in all_ways() for verb in VERBS]
    random.Random(seed).shuffle(trials)
    families = {"classifier", "vae", *(verb.family for _way, verb in trials[:count])}
    victims = _victims(folder / "victims", families, reports=count > _FEW)
    yield from _controls(victims, folder)
    for number, (way, verb) in enumerate(trials[:count]):
        attempt = _attempt(victims, way, verb, folder / f"attempt-{number}")
        if attempt is not None:
            yield attempt
        shutil.rmtree(folder / f"attempt-{number}")


def _victims(folder: Path, families: set[str], reports: bool) -> dict[str, Path]:
    """One run of each family, with everything that a run can hold."""
    _photos(folder / "photos")
    runs: dict[str, Path] = {}

    def done(*words: str | Path) -> None:
        ended = trasluz(*words, folder=folder, seconds=600)
        assert ended.code == 0, ended.text

    for family in sorted(families):
        domains = ", domains: true" if family == "swap" else ""
        text = _RECIPE.format(family=family, model=FAMILIES[family], domains=domains)
        (folder / f"{family}.yaml").write_text(text)
        done("train", f"{family}.yaml", "--runs", family)
        (runs[family],) = (folder / family).iterdir()
        done("evaluate", runs[family])
        done("look", runs[family], "kernels")
        if reports:
            done("report", runs[family])
        if reports and family == "vae":
            done("generate", runs[family], "--out", folder / "made", "--count", "4", "--source", "mixture")
    return runs


def _photos(folder: Path) -> None:
    noise = np.random.default_rng(0)
    for level, name in enumerate(("cat", "dog")):
        (folder / name).mkdir(parents=True)
        for number in range(24):
            pixels = noise.integers(120 * level, 120 * level + 100, (12, 12, 3)).astype(np.uint8)
            Image.fromarray(pixels).save(folder / name / f"{number:02}.png")


def _stage(victims: dict[str, Path], verb: Verb, place: Path) -> Stage:
    """A current folder with the person's own runs and photos, and the stranger's run in ``runs/stranger``."""
    stage = Stage(place / "here", place / "here" / "runs" / "stranger", place / "marker", place / "outside")
    stage.outside.mkdir(parents=True)
    shutil.copytree(victims["vae"].parent.parent / "photos", stage.place / "photos")
    shutil.copytree(victims[verb.family], stage.run)
    shutil.copytree(victims["classifier"], stage.place / "own" / "other")
    shutil.copytree(victims["vae"], stage.place / "own" / "mine")
    (stage.place / "study.yaml").write_text(_STUDY.format(run=stage.run))
    if verb.interrupted:
        info = json.loads((stage.run / "run.json").read_text())
        (stage.run / "run.json").write_text(json.dumps(info | {"status": "interrupted"}))
    return stage


def _lay_study(stage: Stage) -> None:
    """A stranger's study, with the stranger's run among its cells."""
    shutil.copytree(stage.run, stage.place / "strange-study" / "runs" / "stranger", symlinks=True)
    (stage.place / "strange-study" / "study.yaml").write_text(_STUDY.format(run=stage.run))


def _attempt(victims: dict[str, Path], way: Way, verb: Verb, place: Path) -> Attempt | None:
    """One way under one command; ``None`` where the run has not what the way needs."""
    stage = _stage(victims, verb, place)
    if way.needs and not any(stage.run.glob(way.needs)):
        return None
    way.lay(stage)
    _lay_study(stage)
    before = _fingerprint(stage.outside)
    words = _words(verb, stage)
    for name in way.allow if verb.allows else ():
        words += ["--allow", name]
    more = {"PYTHONPATH": str(stage.place / "site"), **way.more}
    ended = trasluz(*words, folder=stage.run if way.inside else stage.place, more=more)
    faults = ["executed"] if stage.marker.exists() else []
    faults += ["wrote through a link"] if _fingerprint(stage.outside) != before else []
    faults += [ended.fault] if ended.fault else []
    told = f"{verb.words}: {'; '.join(faults)}" if faults else ""
    return Attempt(way.group, way.kind, told, ended.seconds, ended.memory)


def _words(verb: Verb, stage: Stage) -> list[str]:
    names = {"run": stage.run, "place": stage.place, "photos": stage.place / "photos" / "cat"}
    names |= {"other": stage.place / "own" / "other", "mine": stage.place / "own" / "mine"}
    return [word.format(**names).replace("\u00a0", " ") for word in verb.words.split(" ")]


def _fingerprint(folder: Path) -> str:
    """Names and contents of all that lies in a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return hashlib.sha256(b"".join(str(path).encode() + path.read_bytes() for path in files)).hexdigest()


def _controls(victims: dict[str, Path], folder: Path) -> Iterator[Attempt]:
    """A package that the person allowed is called: the marker must be there."""
    for kind, words, more in (
        ("allowed by --allow", ["--allow", "my_package"], {}),
        ("allowed by TRASLUZ_ALLOW", [], {"TRASLUZ_ALLOW": "other, my_package"}),
    ):
        stage = _stage(victims, VERBS[0], folder / kind)
        call("my_package.net:build", {}, stage)
        (stage.place / "my_package").mkdir()
        code = f"def build(input_shape, outputs):\n    open({str(stage.marker)!r}, 'w').close()\n"
        (stage.place / "my_package" / "net.py").write_text(code)
        ended = trasluz("predict", stage.run, stage.place / "photos", *words, folder=stage.place, more=more)
        fault = ended.fault or ("" if stage.marker.exists() else f"was not called: {ended.text}")
        yield Attempt(CONTROL, kind, fault, ended.seconds, ended.memory)
