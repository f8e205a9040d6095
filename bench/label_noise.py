"""Labels flipped at known places: are they the ones that the look ``wrong-labels`` suspects?  Beside cleanlab.

Of each data set the given share of training labels is flipped, a small network is trained on them, and the look judges
the labels.  cleanlab judges them by the same out-of-fold probabilities, in an environment of its own
(``.venv-cleanlab``, made here when it is absent: its licence keeps it out of ours).  Then whether label smoothing, or
leaving the suspects out, helps a network that learns from labels of which a tenth is wrong.

Writes ``docs/results/label-noise.json`` and makes ``docs/label-noise.md`` from it.

    python -m bench.label_noise [--seeds 3] [--only digits fashion …] [--work DIR]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.special import softmax

from bench.label_noise_cells import CASES, SHARES, Cell, cell, cures
from bench.label_noise_page import RESULT, render
from bench.machine import machine
from trasluz.look.classes.folds import folds
from trasluz.look.classes.label_noise import out_of_fold
from trasluz.look.classes.suspicion import Suspicion, suspicion
from trasluz.look.classes.views import asks_pictures, held_out, sees_more
from trasluz.reporting import Task

ROOT = Path(__file__).parent.parent
CURED = ("digits",)
CLEANLAB = ROOT / ".venv-cleanlab" / "bin" / "python"
SIDE = ROOT / "bench" / "sides" / "label_noise_cleanlab.py"


@dataclass(frozen=True)
class Judged:
    """A cell with what the look says of it; ``scores`` as cleanlab gets them."""

    case: str
    share: float
    seed: int
    cell: Cell
    by_heart: bool
    scores: np.ndarray
    found: Suspicion

    @property
    def stem(self) -> str:
        return f"{self.case}-{round(100 * self.share)}-{self.seed}"


def cleanlab() -> str:
    """The Python of cleanlab's environment, made when absent."""
    if not CLEANLAB.exists():
        subprocess.run([sys.executable, "-m", "venv", str(CLEANLAB.parent.parent)], check=True)
        subprocess.run([str(CLEANLAB), "-m", "pip", "install", "-q", "cleanlab==2.9.0"], check=True)
    return str(CLEANLAB)


def judge(name: str, share: float, seed: int, work: Path) -> Judged:
    """The look's own steps on a cell."""
    made = cell(name, share, seed, work)
    classes, given, fold = int(made.truth.max()) + 1, made.given, folds(made.given, made.same)
    scores, others = out_of_fold(made.features, given, fold, classes, Task(), made.held)
    known = held_out(scores.argmax(1), given, others.argmax(1), made.held_given)
    found = suspicion(scores, given)
    if not known.by_heart and not asks_pictures(found, given):
        return Judged(name, share, seed, made, False, scores, found)
    theirs, _others = out_of_fold(made.pictures, given, fold, classes, Task())
    pictures = suspicion(theirs, given)
    if known.by_heart or sees_more(pictures, found, given):
        return Judged(name, share, seed, made, known.by_heart, theirs, pictures)
    return Judged(name, share, seed, made, False, scores, found)


def theirs(judged: list[Judged]) -> tuple[str, dict[str, Any]]:
    """cleanlab's version and what it says of each, by stem."""
    with tempfile.TemporaryDirectory() as folder:
        for one in judged:
            probabilities = softmax(one.scores.astype(np.float64), axis=1)
            np.savez(Path(folder) / f"{one.stem}.npz", labels=one.cell.given, probabilities=probabilities)
        command = [cleanlab(), str(SIDE), folder]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"cleanlab failed:\n{done.stderr}")
        version = json.loads(done.stdout.strip().splitlines()[-1])["cleanlab"]
        found = {one.stem: json.loads((Path(folder) / f"{one.stem}.json").read_text("utf-8")) for one in judged}
    return version, found


def measured(one: Judged, other: dict[str, Any]) -> dict[str, Any]:
    """Both sides' numbers on a cell. ``precision``: of as many as were planted, the likeliest first."""
    wrong = one.cell.given != one.cell.truth
    planted = int(wrong.sum())
    suspects = one.found.suspects
    ranked = {score: _precision(wrong, order) for score, order in other["ranked"].items()}
    return {
        "seed": one.seed,
        "labels": len(wrong),
        "planted": planted,
        "network": None if np.isnan(one.cell.accuracy) else one.cell.accuracy,
        "auc": one.found.auc[0],
        "cleared": one.found.cleared,
        "by_heart": one.by_heart,
        "trust": one.found.trust,
        "rate": [one.found.noise.rate, one.found.noise.low, one.found.noise.high],
        "precision": _precision(wrong, one.found.noise.order),
        "suspects": len(suspects),
        "suspects_wrong": int(wrong[suspects].sum()),
        "false_alarms": int((~wrong[suspects]).sum()),
        "false_alarms_expected": one.found.false_alarms,
        "cleanlab": {
            "precision": ranked,
            "suspects": len(other["flagged"]),
            "suspects_wrong": int(wrong[other["flagged"]].sum()),
        },
    }


def _precision(wrong: np.ndarray, order: Any) -> float | None:
    planted = int(wrong.sum())
    return float(wrong[np.asarray(order)[:planted]].mean()) if planted else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--only", nargs="+", choices=tuple(CASES), default=tuple(CASES))
    parser.add_argument("--work", type=Path, help="keeps features here, so that the measurement can be made in pieces")
    asked = parser.parse_args()
    work = asked.work or Path(tempfile.mkdtemp(prefix="trasluz-label-noise-"))
    work.mkdir(parents=True, exist_ok=True)
    kept = json.loads(RESULT.read_text(encoding="utf-8")) if RESULT.exists() else {"cases": {}, "cures": {}}
    for name in asked.only:
        judged = [judge(name, share, seed, work) for share in SHARES for seed in range(asked.seeds)]
        version, other = theirs(judged)
        rows: dict[str, list[dict[str, Any]]] = {}
        for one in judged:
            rows.setdefault(str(one.share), []).append(measured(one, other[one.stem]))
        kept["cases"][name] = {"told": CASES[name].told, "shares": rows}
        if name in CURED:
            tenth = [one for one in judged if one.share == 0.1]
            kept["cures"][name] = [cures(name, 0.1, one.seed, one.found.suspects) for one in tenth]
        kept |= {"machine": f"{machine()}; cleanlab {version}", "command": "python -m bench.label_noise"}
        RESULT.write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        render()
        print(name, flush=True)


if __name__ == "__main__":
    main()
