"""What a run whose training has ended lacks.

The status ``finished`` is written after everything else, so a kill leaves either a run that is not finished yet or a
whole one.  Files can be lost otherwise; ``api/training.py`` makes them again.
"""

from __future__ import annotations

from pathlib import Path

from trasluz.runs.checkpoint import numbered
from trasluz.runs.state import load_plain

_MODEL = ("weights.safetensors", "config.json", "preprocess.json")


def missing(run: Path) -> tuple[str, ...]:
    """What every run whose training has ended holds and this one does not, as paths below it."""
    needed = [f"model/{name}" for name in _MODEL] + ["splits.npz"]
    if _has_best(run):
        needed.append("checkpoints/best")
    return tuple(name for name in needed if not (run / name).exists())


def _has_best(run: Path) -> bool:
    """Whether training looked for a best epoch, as the newest checkpoint says."""
    try:
        stopping = load_plain(numbered(run / "checkpoints")[-1])["early_stopping"]
        return bool(stopping["best_epoch"] >= 0)
    except (OSError, ValueError, LookupError, TypeError):  # damaged ones are told by reading them
        return False
