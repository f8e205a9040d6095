"""The space of a search: its dimensions in the order in which they are drawn, and the points of its grid."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trasluz.errors import RecipeError
from trasluz.messages import _, did_you_mean
from trasluz.recipe.migrations import present_fields
from trasluz.recipe.searching import ChoicesSection, RangeSection
from trasluz.recipe.study import VARIANT, Study

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

_MOST_POINTS = 100_000
_ROUNDING = 1e-9  # of a step, by which a range's end may be missed


@dataclass(frozen=True)
class Dimension:
    """One field and its values."""

    field: str
    varied: ChoicesSection | RangeSection

    @property
    def when(self) -> Mapping[str, Any]:
        """Values of other fields without which this one is not varied."""
        return self.varied.when

    def applies(self, point: Mapping[str, Any]) -> bool:
        """Whether it is varied beside what ``point`` holds."""
        return all(field in point and point[field] == value for field, value in self.when.items())

    @property
    def values(self) -> tuple[Any, ...] | None:
        """All its values in order; ``None`` where there are infinitely many."""
        varied = self.varied
        if isinstance(varied, ChoicesSection):
            return varied.choices
        step = varied.step or (1.0 if varied.integer and not varied.log else None)
        if step is None:
            return None
        count = math.floor((varied.high - varied.low) / step + _ROUNDING) + 1
        if count > _MOST_POINTS:
            return None
        found = (varied.low + i * step for i in range(count))
        return tuple(round(value) if varied.integer else float(f"{value:.12g}") for value in found)

    @property
    def ends(self) -> tuple[Any, ...]:
        """All choices, or both ends of a range."""
        varied = self.varied
        if isinstance(varied, ChoicesSection):
            return varied.choices
        return (int(varied.low), int(varied.high)) if varied.integer else (varied.low, varied.high)

    def distribution(self) -> BaseDistribution:
        """How Optuna knows it."""
        from optuna import distributions

        varied = self.varied
        if isinstance(varied, ChoicesSection):
            return distributions.CategoricalDistribution([_label(choice) for choice in varied.choices])
        if varied.integer:
            low, high, step = int(varied.low), int(varied.high), int(varied.step or 1)
            return distributions.IntDistribution(low, low + (high - low) // step * step, log=varied.log, step=step)
        last = varied.high
        if varied.step is not None:
            last = varied.low + math.floor((varied.high - varied.low) / varied.step + _ROUNDING) * varied.step
        return distributions.FloatDistribution(varied.low, last, log=varied.log, step=varied.step)

    def of_label(self, value: object) -> object:
        """The value that Optuna knows as ``value``."""
        if isinstance(self.varied, ChoicesSection):
            return next(choice for choice in self.varied.choices if _label(choice) == value)
        return value

    def label(self, value: object) -> object:
        """What Optuna calls ``value``."""
        return _label(value) if isinstance(self.varied, ChoicesSection) else value


@dataclass(frozen=True)
class Space:
    """The dimensions, each after those that decide whether it is varied."""

    dimensions: tuple[Dimension, ...]

    @staticmethod
    def of(study: Study) -> Space:
        """The space of a study; its variants, where it has some, are its first dimension.

        Raises:
            RecipeError: a condition names a field that is not varied, or fields wait for each other.
        """
        over = dict(present_fields(dict(study.over)))
        found: dict[str, Dimension] = {}
        if study.variants:
            found[VARIANT] = Dimension(VARIANT, ChoicesSection(choices=tuple(study.variants)))
        for field, varied in over.items():
            found[field] = Dimension(field, varied.model_copy(update={"when": present_fields(varied.when)}))
        for dimension in found.values():
            _check_conditions(dimension, found)
        return Space(tuple(_in_order(found)))

    def grid(self) -> tuple[dict[str, Any], ...]:
        """Every point, the last dimension changing fastest.

        Raises:
            RecipeError: a dimension has infinitely many values, or there are too many points.
        """
        endless = [d.field for d in self.dimensions if d.values is None]
        if endless:
            message = _(
                "over: {field} is a range without steps, of which no grid can be made; give it :step=N or a list of "
                "values, or search by --random or --tpe."
            )
            raise RecipeError(message.format(field=endless[0]))
        points = tuple(itertools.islice(self._points({}, 0), _MOST_POINTS + 1))
        if len(points) > _MOST_POINTS:
            message = _("over: this grid has more than {most} points; give fewer values, or search by --random.")
            raise RecipeError(message.format(most=_MOST_POINTS))
        return points

    @property
    def is_small(self) -> bool:
        """Whether every field was given as a list of values, which asks for all of them."""
        return all(isinstance(d.varied, ChoicesSection) for d in self.dimensions)

    def labels(self, point: Mapping[str, Any]) -> dict[str, Any]:
        """A point as Optuna knows it."""
        return {d.field: d.label(point[d.field]) for d in self.dimensions if d.field in point}

    def of_labels(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """A point from what Optuna knows."""
        return {d.field: d.of_label(params[d.field]) for d in self.dimensions if d.field in params}

    def _points(self, begun: dict[str, Any], depth: int) -> Iterator[dict[str, Any]]:
        if depth == len(self.dimensions):
            yield begun
            return
        dimension = self.dimensions[depth]
        if not dimension.applies(begun):
            yield from self._points(begun, depth + 1)
            return
        for value in dimension.values or ():
            yield from self._points({**begun, dimension.field: value}, depth + 1)


def _check_conditions(dimension: Dimension, known: Mapping[str, Dimension]) -> None:
    for field, value in dimension.when.items():
        if field not in known:
            message = _("over.{name}.when: {field} is not varied in this study; varied are {known}.")
            told = message.format(name=dimension.field, field=field, known=", ".join(known))
            raise RecipeError(told + did_you_mean(field, tuple(known)))
        allowed = known[field].values
        if allowed is not None and value not in allowed:
            message = _("over.{name}.when: {field} is never {value}; its values are {allowed}.")
            shown = ", ".join(map(str, allowed[:12]))
            raise RecipeError(message.format(name=dimension.field, field=field, value=value, allowed=shown))


def _in_order(known: Mapping[str, Dimension]) -> Iterator[Dimension]:
    """Each dimension after those that its condition names, otherwise as they were given."""
    placed: set[str] = set()
    left = dict(known)
    while left:
        ready = next((name for name, d in left.items() if placed.issuperset(d.when)), None)
        if ready is None:
            message = _("over: {fields} wait for each other; no condition may lead back to its own field.")
            raise RecipeError(message.format(fields=", ".join(left)))
        placed.add(ready)
        yield left.pop(ready)


def _label(choice: object) -> bool | int | float | str | None:
    """What Optuna can keep: plain values as they are, lists and mappings as text."""
    if choice is None or isinstance(choice, (bool, int, float, str)):
        return choice
    return json.dumps(choice, sort_keys=True)
