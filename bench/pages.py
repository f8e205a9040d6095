"""How every kind of page stands in a browser: what docs/pages.md says, measured on small runs, one of each kind.

    python -m bench.pages [--work DIR] [--only KIND …]

Trains what is not in ``--work`` yet (some minutes on two cores), writes its page, and looks at all of them in Chromium
(``playwright`` and a browser are needed): how many screens they have while they are closed, what a phone shows first,
how many stops of the Tab key the last section is away, what is cut without a sign, and what axe-core finds.
"""

from __future__ import annotations

import argparse
import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench.machine import machine
from bench.pages_seen import seen
from bench.run import find
from trasluz.cli.__main__ import run as trasluz

ROOT = Path(__file__).parent.parent
_WAVES = {
    "name": "waves",
    "model": {
        "family": "autoencoder",
        "encoder": {"name": "recurrent", "hidden": [24], "code": 8},
        "decoder": {"name": "recurrent", "hidden": [24]},
    },
    "train": {"epochs": 6, "batch": 32, "optimiser": {"name": "adam", "learning_rate": 0.01}},
}
_STUDY = {
    "name": "depth",
    "base": "digits-cnn",
    "set": {"train.epochs": 4},
    "metrics": ["accuracy", "cross_entropy"],
    "seeds": 2,
    "variants": {"wide": {"model.network.channels": [16, 32]}, "narrow": {"model.network.channels": [4, 8]}},
}
_RUNS: dict[str, tuple[str, ...]] = {
    "classifier": ("digits-cnn", "--set", "train.epochs=6"),
    "photographs": ("cats-dogs-tuned", "--data", "{photos}", "--set", "train.epochs=3"),
    "transfer": ("photos-transfer", "--data", "{photos}", "--set", "train.epochs=2"),
    "autoencoder": ("digits-autoencoder", "--set", "train.epochs=8"),
    "vae": ("vae-tuned", "--set", "train.epochs=2", "--set", "data.limit=2000"),
    "gan": ("gan-small-data", "--set", "train.epochs=12"),
    "joint": ("joint-classifier-only", "--set", "train.epochs=2", "--set", "data.limit=1500"),
    "swap": ("swap", "--data", "{photos}", "--set", "train.epochs=3"),
    "table": ("iris-mlp-tuned",),
    "sequences": ("{waves}",),
}


def pages(work: Path, only: Sequence[str] = ()) -> dict[str, Path]:
    """The page of every kind, by kind; trains what is not there yet."""
    given = {"photos": str(_photographs(work)), "waves": str(_sequences(work))}
    found = {kind: _page(work, kind, [word.format(**given) for word in words]) for kind, words in _RUNS.items()}
    found["study"] = _study(work)
    found["comparison"] = _comparison(work)
    return {kind: path for kind, path in found.items() if not only or kind in only}


def _photographs(work: Path) -> Path:
    """Sixty cats and sixty dogs, as a user's folder of photographs."""
    place = work / "photos"
    for name in ("cats", "dogs"):
        if (place / name).exists():
            continue
        (place / name).mkdir(parents=True)
        for file in sorted((Path(find("cats-dogs")) / "train" / name).iterdir())[:60]:
            shutil.copy(file, place / name)
    return place


def _sequences(work: Path) -> Path:
    """A recipe for waves of three speeds, some longer than others."""
    rng, count = np.random.default_rng(0), 400
    lengths, speed = rng.integers(14, 25, count), rng.integers(0, 3, count)
    waves = np.zeros((count, 24, 3), np.float32)
    for i, length in enumerate(lengths):
        t, beat, start = np.arange(length), (0.2, 0.5, 0.9)[speed[i]], rng.uniform(0, 6)
        clean = np.stack([np.sin(beat * t + start), np.cos(beat * t + start), np.sin(beat * t / 2)], 1)
        waves[i, :length] = clean + 0.05 * rng.normal(size=clean.shape)
    if not (work / "waves.npz").exists():
        np.savez(work / "waves.npz", X=waves, y=np.array(["slow", "middling", "fast"])[speed], lengths=lengths)
    recipe = work / "waves.yaml"
    recipe.write_text(json.dumps({**_WAVES, "data": {"source": str(work / "waves.npz")}}), encoding="utf-8")
    return recipe


def _page(work: Path, kind: str, words: Sequence[str]) -> Path:
    place = work / kind
    if not place.exists():
        made = work / f"making-{kind}"
        _must("train", *words, "--runs", str(made), "--no-report")
        next(made.iterdir()).rename(place)
    _must("report", str(place))
    return place / "report.html"


def _study(work: Path) -> Path:
    file = work / "study.yaml"
    file.write_text(json.dumps(_STUDY), encoding="utf-8")
    if not (work / "studies").exists():
        _must("study", str(file), "--runs", str(work / "studies"))
    return next((work / "studies").glob("*/study.html"))


def _comparison(work: Path) -> Path:
    page = work / "comparison.html"
    if not page.exists():
        _must("compare", str(work / "classifier"), str(work / "photographs"))
    return page


def _must(*words: str) -> None:
    code = trasluz(list(words))
    if code:
        raise SystemExit(f"trasluz {' '.join(words)}: {code}")


def _row(kind: str, found: dict[str, Any]) -> Sequence[object]:
    return (
        kind,
        f"{found['size']:.1f}",
        f"{found['screens'][1440]:.1f}",
        f"{found['screens'][390]:.1f}",
        f"{found['first']:.2f}",
        found["stops"],
        found["cut"],
        found["lost"],
        found["barriers"],
        found["complaints"],
    )


def _line(cells: Sequence[object]) -> str:
    return "| " + " | ".join(map(str, cells)) + " |"


_HEAD = """# Pages in a browser

Made by `python -m bench.pages`: every kind of page, of a small run, in Chromium without a network. What is asked of
them: at most 6 screens of 1440 × 900 and 10 of 390 × 844 while they are closed; the first screen within 1.5 screens of
a phone; fewer than 40 stops of the Tab key to the last section; nothing cut at 390, 768, 1024 and 1440 pixels without
a fade or a bar that says so, closed and with all sections open; every switch told by the address and restored from
it; no violation that axe-core 4.14.1 finds, light and dark, English and Spanish, closed and open; no message of the
browser.
`tests/report/test_layers_in_browser.py` holds made pages to the same.

"""
_COLUMNS = (
    *("page", "MB", "screens at 1440", "screens at 390", "first screen at 390"),
    *("Tab stops", "cut", "switches lost", "barriers", "messages"),
)


def main() -> None:
    """Makes the pages, looks at them and writes docs/pages.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path("runs/pages"))
    parser.add_argument("--only", nargs="*", default=())
    given = parser.parse_args()
    given.work.mkdir(parents=True, exist_ok=True)
    rows = []
    for kind, found in seen(pages(given.work.resolve(), given.only)):
        print(json.dumps({"page": kind, **found}), flush=True)
        rows.append(_row(kind, found))
    if not given.only:
        table = [_line(cells) for cells in (_COLUMNS, ["---"] * len(_COLUMNS), *rows)]
        text = "\n".join([_HEAD, *table, "", f"Measured on {machine()}.", ""])
        (ROOT / "docs" / "pages.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
