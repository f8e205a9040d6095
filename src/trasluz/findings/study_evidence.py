"""What rules about a study may know: its trials in plain values, and the winner."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from trasluz.messages import _
from trasluz.metrics.described import metric
from trasluz.metrics.scored_samples import ScoredSamples
from trasluz.numerals import MINUS, numeral, percent, significant
from trasluz.search.trial_results import TrialResult, is_number, on_a_log_scale, searched_fields
from trasluz.search.winner import Winner, comparable, scored_samples


@dataclass(frozen=True)
class DrawnRange:
    """The ends between which values of a field were drawn; ``log``: whether by factors, ``None`` where the values
    themselves must tell."""

    low: float
    high: float
    log: bool | None = None


def takes_any(_field: str, _value: float) -> bool:
    """Of a recipe that is not known."""
    return True


@dataclass(frozen=True)
class StudyEvidence:
    """``metric`` decides among ``trials``, more being better if it ``rises``; ``winner`` is ``None`` where there is
    none.  ``ranges``: field → the range that its values were drawn from, where they were not listed.  ``takes``:
    whether the best trial's recipe would take a value of a field."""

    trials: tuple[TrialResult, ...]
    metric: str
    rises: bool
    winner: Winner | None = None
    ranges: Mapping[str, DrawnRange] = field(default_factory=dict)
    takes: Callable[[str, float], bool] = takes_any

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """The fields in which trials differ."""
        return searched_fields(self.trials)

    @cached_property
    def compared(self) -> tuple[TrialResult, ...]:
        """The trials that can be compared: done, and judged in the same cells."""
        done = [trial for trial in self.trials if trial.status == "done" and trial.judged]
        return tuple(comparable(done)[0]) if done else ()

    @cached_property
    def samples(self) -> ScoredSamples | None:
        """The scores of samples of those, in their order."""
        return scored_samples(self.compared) if self.compared else None

    @property
    def sign(self) -> float:
        """What scores are multiplied with so that more is better."""
        return 1.0 if self.rises else -1.0

    def values(self, name: str) -> list[Any]:
        """The different values of a field, numbers ascending, others in their order."""
        found = list(
            {repr(trial.fields[name]): trial.fields[name] for trial in self.trials if name in trial.fields}.values()
        )
        return sorted(found) if all(is_number(value) for value in found) else found

    def numbers(self, name: str) -> list[float]:
        """The different values of a field ascending, empty where one is no number."""
        found = self.values(name)
        return [float(value) for value in found] if all(is_number(value) for value in found) else []

    def on_a_log_scale(self, name: str) -> bool:
        """Whether a field's values are spread by factors."""
        drawn = self.ranges.get(name)
        if drawn is not None and drawn.log is not None:
            return drawn.log
        return on_a_log_scale(self.numbers(name))

    def others(self, trial: TrialResult, name: str) -> tuple[str, ...]:
        """What a trial's other searched fields are: equal for trials that differ in ``name`` alone."""
        return tuple(repr(trial.fields.get(other)) for other in self.fields if other != name)


def setting_text(value: object) -> str:
    """A field's value as sentences say it: a number with no more digits than it has."""
    return numeral(f"{float(value):g}".replace("-", MINUS)) if is_number(value) else str(value)  # type: ignore[arg-type]  # a number, as asked


def value_text(name: str, value: float) -> str:
    """A value of a metric as sentences say it: of shares in percent."""
    known = metric(name)
    return percent(value) if known is not None and known.kind == "share" else significant(value)


def difference_text(name: str, value: float) -> str:
    """A difference of two values with its sign, of shares in percentage points."""
    known = metric(name)
    if known is not None and known.kind == "share":
        return _("{value} points").format(value=numeral(f"{100 * value:+.1f}".replace("-", MINUS)))
    return ("+" if value > 0 else "") + significant(value)
