"""Evaluation: what a trained model scores on one split, with intervals, baselines and the records behind them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from trasluz.errors import DamagedError
from trasluz.evaluation.shapes import check_shapes
from trasluz.evaluation.shown import ShownInNotebooks
from trasluz.files import new_folder, whole_folder
from trasluz.messages import _, kept, told_again
from trasluz.reading import checked, read_arrays, read_sealed, write_sealed

_RECORDS = "arrays.npz"
_SMALL = 65_536  # bytes: the records of 1,000 samples in ten classes
MODEL = "model"  # of the stored fields, the one that says which weights were evaluated


@dataclass(frozen=True)
class Evaluation(ShownInNotebooks):
    """Numbers of one split.

    ``metrics``: name → value (loss terms, mse, psnr, accuracy…).  ``intervals``: name → 95 % interval.
    ``baselines``: baseline → {metric: value} (``majority class``, ``pca``).  ``per_class``: class → {precision,
    recall, f1, support}.  ``confusion``: int64 ``[k, k]``, rows are true classes, columns predicted ones.
    ``arrays``: per-sample records, one row per sample (``rows``, ``labels``, ``probabilities`` ``[n, k]``,
    ``error`` ``[n]``, ``groups`` int64 ``[n]`` where samples come in groups).  ``examples``: images for pages:
    ``positions`` int64 ``[m]`` (which records of ``arrays``), ``images`` and, where there are any, ``reconstructions``,
    uint8 ``[m, h, w, c]``; of a denoiser the first few ``noisy_originals``, ``noisy_inputs`` and
    ``noisy_reconstructions``; ``files``, text ``[m]``, where they came from files.  ``notes``: sentences such as why a
    metric is absent, which ``messages.said`` says in the language in force.
    """

    shown_by: ClassVar[str] = "trasluz.draw.notebook:evaluation_shown"

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
            _save(folder / _RECORDS, self.arrays)
            _save(folder / "examples.npz", self.examples)
            notes = [kept(note) for note in self.notes]
            write_sealed(folder / "evaluation.json", {**self.summary(), "notes": notes, MODEL: model})
        return target


def _save(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Writes arrays; few of them as they are, because to compress takes longer than to write them."""
    small = sum(values.nbytes for values in arrays.values()) <= _SMALL
    write = np.savez if small else np.savez_compressed
    write(path, **arrays)  # type: ignore[arg-type]  # numpy's stub mistakes names for flags


class Held(BaseModel):
    """A ``Sentence`` as it comes out of a file."""

    model_config = ConfigDict(strict=True, extra="forbid")
    message: Annotated[str, Field(min_length=1)]
    plural: str = ""
    number: int = 0
    values: dict[str, str | int | float] = {}


class _Summary(BaseModel):
    """``Evaluation.summary`` as it comes out of a file."""

    model_config = ConfigDict(strict=True, extra="forbid")
    split: str
    count: Annotated[int, Field(ge=0)]
    metrics: dict[str, float]
    intervals: dict[str, Annotated[list[float], Field(min_length=2, max_length=2)]]
    baselines: dict[str, dict[str, float]]
    classes: list[str]
    per_class: dict[str, dict[str, float]] | None
    confusion: list[list[Annotated[int, Field(ge=0, lt=2**53)]]] | None
    calibration: dict[str, list[float]] | None
    notes: list[str | Held]
    model: str | None = None


def load_summary(folder: Path, *, beside: bool | Collection[str] = False) -> dict[str, Any]:
    """What ``Evaluation.save`` wrote in JSON: ``summary``, and under ``MODEL`` which weights were evaluated, if known.

    ``beside``: also look whether the arrays beside it, or the files of these names, are as they were written.

    Raises:
        DamagedError: the file is missing or damaged.
    """
    try:
        plain = read_sealed(folder / "evaluation.json", beside=beside)
        found = checked(_Summary, plain)
        sides = {len(row) for row in found.confusion or ()}
        if found.confusion is not None and sides != {len(found.confusion)} | {len(found.classes)}:
            raise ValueError(_("{field} cannot be {given}").format(field="confusion", given=sorted(sides)))
    except (OSError, ValueError) as error:
        raise _damaged(folder, error) from None
    return plain


@whole_folder
def load_records(folder: Path) -> dict[str, np.ndarray]:
    """``Evaluation.arrays`` alone of what ``Evaluation.save`` wrote, without the images.

    Raises:
        DamagedError: files are missing or damaged.
    """
    plain = load_summary(folder, beside=(_RECORDS,))
    try:
        arrays = read_arrays(folder / _RECORDS)
        _check(plain["count"], arrays, {})
    except (OSError, ValueError) as error:
        raise _damaged(folder, error) from None
    return arrays


@whole_folder
def load_evaluation(folder: Path) -> Evaluation:
    """What ``Evaluation.save`` wrote.

    Raises:
        DamagedError: files are missing or damaged.
    """
    plain = load_summary(folder, beside=True)
    plain.pop(MODEL, None)
    try:
        arrays, examples = read_arrays(folder / _RECORDS), read_arrays(folder / "examples.npz")
        _check(plain["count"], arrays, examples)
    except (OSError, ValueError) as error:
        raise _damaged(folder, error) from None
    confusion = plain.pop("confusion")
    return Evaluation(
        **{k: v for k, v in plain.items() if k not in ("intervals", "classes", "notes")},
        intervals={name: (low, high) for name, (low, high) in plain["intervals"].items()},
        classes=tuple(plain["classes"]),
        notes=tuple(map(told_again, plain["notes"])),
        confusion=None if confusion is None else np.array(confusion, np.int64),
        arrays=arrays,
        examples=examples,
    )


def _check(count: int, arrays: dict[str, np.ndarray], examples: dict[str, np.ndarray]) -> None:
    """Makes sure that records and examples are those of ``count`` samples.

    Raises:
        ValueError: they are not.
    """
    check_shapes(
        arrays, {"rows": "int n", "probabilities": "float n k", "error": "float n", "groups": "int n"}, frozenset()
    )
    images = dict.fromkeys(("images", "reconstructions"), "uint8 m h w c")
    check_shapes(examples, {"positions": "int m", **images}, frozenset())
    positions = examples.get("positions", np.empty(0, np.int64))
    if len(positions) and not (positions.min() >= 0 and positions.max() < count):
        raise ValueError(_("{name} holds other than rows of the data").format(name="positions"))


def _damaged(folder: Path, error: Exception) -> DamagedError:
    message = _("{path}: this evaluation is damaged ({reason}); run `trasluz evaluate` again.")
    return DamagedError(message.format(path=folder, reason=str(error).rstrip(".")))
