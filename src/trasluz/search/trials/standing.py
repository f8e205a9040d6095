"""How a search stands: the best trial so far with its interval, how many are done, and how long the rest will take."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from trasluz.messages import _
from trasluz.metrics.intervals import UNKNOWN
from trasluz.metrics.over_seeds import bounds_of, over_seeds
from trasluz.numerals import numeral
from trasluz.search.trials.plan import trial_name

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

POINT, FAILURE, CELL = "point", "failure", "cell "


@dataclass(frozen=True)
class Best:
    """The best trial so far: its ``value`` of the metric with 95 % bounds (infinite where unknown)."""

    point: int
    value: float
    low: float
    high: float

    def sentence(self, metric: str) -> str:
        """Such as ``accuracy 0.931 [0.915, 0.945], trial-7``."""
        told = f"{metric} {_short(self.value)}"
        if math.isfinite(self.low) and math.isfinite(self.high):
            told += f" [{_short(self.low)}, {_short(self.high)}]"
        return _("best so far {number}, {name}").format(number=told, name=trial_name(self.point))


def value_of(cells: Sequence[Mapping[str, Any]], metric: str) -> float:
    """A trial's value: the mean over its cells."""
    return math.fsum(float(cell["scores"][metric]) for cell in cells) / len(cells)


def interval_of(cells: Sequence[Mapping[str, Any]], metric: str) -> tuple[float, float]:
    """95 % bounds of a trial's value: over its cells, or what the evaluation of a single one says."""
    if len(cells) == 1:
        low, high = cells[0].get("intervals", {}).get(metric, UNKNOWN)
        return float(low), float(high)
    _mean, low, high = over_seeds([float(cell["scores"][metric]) for cell in cells], bounds_of(metric))
    return low, high


class Standing:
    """Kept by what is told, so that it costs nothing to ask after a thousand trials."""

    def __init__(self, metric: str, better: str, wanted: int | None, compares: bool = True) -> None:
        self.metric, self._sign, self.wanted = metric, (1.0 if better == "higher" else -1.0), wanted
        self._compares = compares
        self.best: Best | None = None
        self.done = 0
        self._seconds: list[float] = []

    def tell(self, point: int, value: float, bounds: tuple[float, float], seconds: float) -> bool:
        """A trial is done; whether it is the best so far."""
        self.took(seconds)
        if not self._compares:
            return False
        if self.best is not None and self._sign * value <= self._sign * self.best.value:
            return False
        self.best = Best(point, value, *bounds)
        return True

    def took(self, seconds: float) -> None:
        """A trial ended, whatever came out of it."""
        self.done += 1
        self._seconds.append(seconds)

    @property
    def seconds_of_each(self) -> float:
        """What a trial takes: the mean of the last ones; 0 where none has ended."""
        last = self._seconds[-20:]
        return math.fsum(last) / len(last) if last else 0.0

    def note(self) -> str:
        """Beside the progress bar."""
        return "" if self.best is None else self.best.sentence(self.metric)


def worked_seconds(trials: Sequence[FrozenTrial]) -> float:
    """For how long somebody worked on these trials: the length of all their times together."""
    spans = sorted(
        (_stamp(t.datetime_start), _stamp(t.datetime_complete))
        for t in trials
        if t.datetime_start is not None and t.datetime_complete is not None
    )
    total, until = 0.0, -math.inf
    for begin, end in spans:
        total += max(0.0, end - max(begin, until))
        until = max(until, end)
    return total


def _stamp(when: datetime | None) -> float:
    return when.timestamp() if when is not None else 0.0


def _short(value: float) -> str:
    return str(numeral(f"{value:.4g}"))
