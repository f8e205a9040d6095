"""What the metrics file of a run means for a drawing: one point per epoch, phases one after the other."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

Record = Mapping[str, Any]
_SPLITS = ("train", "train_eval", "valid", "test")


@dataclass(frozen=True)
class History:
    """``epochs`` count through all phases; ``phases`` are (name, first epoch); ``values`` hold NaN where absent."""

    epochs: tuple[int, ...]
    phases: tuple[tuple[str, int], ...]
    values: Mapping[str, tuple[float, ...]]

    def series(self, key: str) -> tuple[list[int], list[float]]:
        """Epochs and values of one metric, where it was measured."""
        pairs = [(e, v) for e, v in zip(self.epochs, self.values.get(key, ()), strict=False) if not math.isnan(v)]
        return [e for e, _v in pairs], [v for _e, v in pairs]

    def metrics(self) -> tuple[str, ...]:
        """Names without their split, ``loss`` first, then in the order in which they were written."""
        stems = dict.fromkeys(key.split("/", 1)[1] for key in self.values if key.split("/", 1)[0] in _SPLITS)
        return tuple(sorted(stems, key=lambda stem: stem != "loss"))

    def splits(self, metric: str) -> tuple[str, ...]:
        """Which splits have this metric."""
        return tuple(split for split in _SPLITS if f"{split}/{metric}" in self.values)

    def beside_validation(self, metric: str) -> str:
        """The split that validation is compared with: training images in evaluation where these were measured."""
        return "train_eval" if self.series(f"train_eval/{metric}")[0] else "train"

    def gap(self, metric: str) -> tuple[list[int], list[float]]:
        """Epochs in which ``metric`` was measured in training and validation, and validation minus training there."""
        train = dict(zip(*self.series(f"{self.beside_validation(metric)}/{metric}"), strict=True))
        valid = zip(*self.series(f"valid/{metric}"), strict=True)
        pairs = [(e, v - train[e]) for e, v in valid if e in train and math.isfinite(v - train[e])]
        return [epoch for epoch, _gap in pairs], [gap for _epoch, gap in pairs]

    def best(self, key: str, mode: str, start: int = 1) -> tuple[int, float] | None:
        """Epoch and value of the best measurement of ``key`` from epoch ``start`` on; the first of equals."""
        sign = 1 if mode == "min" else -1
        measured = zip(*self.series(key), strict=True)
        finite = [(sign * v, e, v) for e, v in measured if e >= start and math.isfinite(v)]
        return (min(finite)[1], min(finite)[2]) if finite else None


def read_history(records: Sequence[Record]) -> History:
    """A history out of the records of ``metrics.jsonl``; epochs that start again in a new phase are counted on."""
    epochs: list[int] = []
    phases: list[tuple[str, int]] = []
    offset, last, phase = 0, 0, None
    for record in records:
        name, epoch = str(record.get("phase", "")), int(record.get("epoch", last + 1))
        if name != phase and epoch + offset <= last:
            offset = last
        epoch += offset
        if name != phase:
            phases.append((name, epoch))
        phase, last = name, epoch
        epochs.append(epoch)
    keys = dict.fromkeys(key for record in records for key, value in record.items() if _is_number(value))
    values = {k: tuple(_number(r.get(k)) for r in records) for k in keys if k not in ("epoch", "step")}
    return History(tuple(epochs), tuple(phases), values)


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _number(value: object) -> float:
    return float(value) if _is_number(value) else math.nan
