"""What is known of each trial of a study, in plain values: what a winner, findings and pictures are made from.

A trial is one setting of the fields that are searched (a variant); a cell is one training of it, with a seed and, in
cross-validation, a fold.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

Status = Literal["done", "pruned", "failed"]


@dataclass(frozen=True)
class CellResult:
    """One training. ``score``: of the metric by which trials are judged, ``None`` where it has none.

    ``judged_on``: a text that two cells share when they were judged on the same samples.  ``sample_scores``: float64
    ``[n]``, what each sample contributed, the more the better; ``units``: int64 ``[n]``, which samples these are, equal
    numbers being one sample (or one group).  ``curve``: the metric on validation data by epoch.  ``confusion``: int64
    ``[k, k]``.  ``run``: the name of its folder.
    """

    seed: int
    fold: int | None = None
    score: float | None = None
    judged_on: str = ""
    sample_scores: np.ndarray | None = None
    units: np.ndarray | None = None
    curve: tuple[tuple[int, float], ...] = ()
    confusion: np.ndarray | None = None
    run: str = ""

    @property
    def key(self) -> tuple[int, int | None]:
        """What tells a trial's cells apart, and is the same for those of other trials."""
        return self.seed, self.fold


@dataclass(frozen=True)
class TrialResult:
    """One trial: the values of the searched ``fields``, its ``cells``, and how large and long its training is."""

    name: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    cells: tuple[CellResult, ...] = ()
    parameters: int = 0
    epochs: float = 0.0
    status: Status = "done"

    @property
    def judged(self) -> tuple[CellResult, ...]:
        """Its cells that have a score."""
        return tuple(cell for cell in self.cells if cell.score is not None and math.isfinite(cell.score))

    @property
    def score(self) -> float | None:
        """The mean over its cells, ``None`` without any."""
        scores = [cell.score for cell in self.judged if cell.score is not None]
        return math.fsum(scores) / len(scores) if scores else None


def searched_fields(trials: Sequence[TrialResult]) -> tuple[str, ...]:
    """The fields in which trials differ, in the order in which they come."""
    names = dict.fromkeys(name for trial in trials for name in trial.fields)
    return tuple(name for name in names if len({repr(trial.fields.get(name)) for trial in trials}) > 1)


def is_number(value: object) -> bool:
    """Whether a field's value is a number, so that values have an order and distances."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def on_a_log_scale(values: Sequence[float]) -> bool:
    """Whether numbers are spread by factors rather than by steps: all positive, the largest ten times the smallest and
    more, and the middle one nearer to the middle of their logarithms."""
    known = sorted(set(values))
    if len(known) < 3 or known[0] <= 0 or known[-1] < 10 * known[0]:
        return False
    middle = known[len(known) // 2]
    by_steps = abs(middle - (known[0] + known[-1]) / 2) / (known[-1] - known[0])
    by_factors = abs(math.log(middle**2 / (known[0] * known[-1]))) / 2 / math.log(known[-1] / known[0])
    return by_factors < by_steps
