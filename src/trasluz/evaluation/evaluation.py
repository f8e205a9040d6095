"""Evaluation: what a trained model scores on one split, with intervals, baselines and the records behind them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from trasluz.errors import RunError
from trasluz.evaluation.shown import ShownInNotebooks
from trasluz.files import new_folder, open_regular, read_json, write_json
from trasluz.messages import _

MODEL = "model"  # of the stored fields, the one that says which weights were evaluated


@dataclass(frozen=True)
class Evaluation(ShownInNotebooks):
    """Numbers of one split.

    ``metrics``: name → value (loss terms, mse, psnr, accuracy…).  ``intervals``: name → 95 % interval.
    ``baselines``: baseline → {metric: value} (``majority class``, ``pca``).  ``per_class``: class → {precision,
    recall, f1, support}.  ``confusion``: int64 ``[k, k]``, rows are true classes, columns predicted ones.
    ``arrays``: per-sample records, one row per sample (``rows``, ``labels``, ``probabilities`` ``[n, k]``,
    ``error`` ``[n]``).  ``examples``: images for pages: ``positions`` int64 ``[m]`` (which records of ``arrays``),
    ``images`` and, where there are any, ``reconstructions``, uint8 ``[m, h, w, c]``; of a denoiser the first few
    ``noisy_originals``, ``noisy_inputs`` and ``noisy_reconstructions``.  ``notes``: sentences such as why a metric
    is absent.
    """

    shown_by: ClassVar[str] = "trasluz.draw.notebook:evaluation_html"

    split: str
    count: int
    metrics: dict[str, float]
    intervals: dict[str, tuple[float, float]] = field(default_factory=dict)
    baselines: dict[str, dict[str, float]] = field(default_factory=dict)
    classes: tuple[str, ...] = ()
    per_class: dict[str, dict[str, float]] | None = None
    confusion: np.ndarray | None = None
    calibration: dict[str, list[float]] | None = None
    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    examples: dict[str, np.ndarray] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def summary(self) -> dict[str, object]:
        """All but the arrays and examples, as plain values."""
        return {
            "split": self.split,
            "count": self.count,
            "metrics": self.metrics,
            "intervals": {name: list(bounds) for name, bounds in self.intervals.items()},
            "baselines": self.baselines,
            "classes": list(self.classes),
            "per_class": self.per_class,
            "confusion": None if self.confusion is None else self.confusion.tolist(),
            "calibration": self.calibration,
            "notes": list(self.notes),
        }

    def save(self, looks: Path, model: str | None = None) -> Path:
        """Writes ``looks/evaluation-<split>/`` atomically and returns it; ``model`` is the digest of the weights."""
        target = looks / f"evaluation-{self.split}"
        with new_folder(target) as folder:
            write_json(folder / "evaluation.json", {**self.summary(), MODEL: model})
            np.savez_compressed(folder / "arrays.npz", **self.arrays)  # type: ignore[arg-type]  # numpy's stub mistakes names for flags
            np.savez_compressed(folder / "examples.npz", **self.examples)  # type: ignore[arg-type]  # the same
        return target


def load_summary(folder: Path) -> dict[str, Any]:
    """What ``Evaluation.save`` wrote in JSON: ``summary``, and under ``MODEL`` which weights were evaluated, if known.

    Raises:
        RunError: the file is missing or damaged.
    """
    try:
        return dict(read_json(folder / "evaluation.json"))
    except (OSError, ValueError, TypeError) as error:
        raise _damaged(folder, error) from None


def load_evaluation(folder: Path) -> Evaluation:
    """What ``Evaluation.save`` wrote.

    Raises:
        RunError: files are missing or damaged.
    """
    plain = load_summary(folder)
    plain.pop(MODEL, None)
    try:
        with open_regular(folder / "arrays.npz") as file, np.load(file, allow_pickle=False) as stored:
            arrays = dict(stored)
        with open_regular(folder / "examples.npz") as file, np.load(file, allow_pickle=False) as stored:
            examples = dict(stored)
    except (OSError, ValueError) as error:
        raise _damaged(folder, error) from None
    confusion = plain.pop("confusion")
    return Evaluation(
        **{k: v for k, v in plain.items() if k not in ("intervals", "classes", "notes")},
        intervals={name: (low, high) for name, (low, high) in plain["intervals"].items()},
        classes=tuple(plain["classes"]),
        notes=tuple(plain["notes"]),
        confusion=None if confusion is None else np.array(confusion, np.int64),
        arrays=arrays,
        examples=examples,
    )


def _damaged(folder: Path, error: Exception) -> RunError:
    message = _("{path}: this evaluation is damaged ({reason}); run `trasluz evaluate` again.")
    return RunError(message.format(path=folder, reason=error))
