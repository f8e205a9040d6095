"""What a study searches: the fields that it varies, the folds that it judges by, and how it chooses what to try next.

over:
  train.optimiser.learning_rate: {low: 0.0001, high: 0.1, log: true}
  model.network.hidden: {low: 50, high: 200, integer: true}
  train.optimiser.name: [adam, sgd]
  train.optimiser.momentum: {low: 0.5, high: 0.99, when: {train.optimiser.name: sgd}}
folds: {count: 5}
outer: {count: 5}
search: {sampler: tpe, trials: 100, metric: valid/accuracy}
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import yaml
from pydantic import BeforeValidator, Field, model_validator

from trasluz.errors import RecipeError
from trasluz.messages import _, short
from trasluz.recipe.base import Section
from trasluz.recipe.text import read_yaml

LEAVE_ONE_GROUP_OUT = "leave-one-group-out"
FoldKind = Literal["stratified", "plain", "group", "leave-one-group-out"]
Sampler = Literal["grid", "random", "tpe"]
Pruner = Literal["none", "asha", "folds"]
_WHOLE = re.compile(r"[+-]?\d+")
_WHEN = re.compile(r"\s+when\s+")
_BETWEEN = ".."


class RangeSection(Section):
    """Values from ``low`` to ``high``, both included: evenly, or with ``log`` so that each tenfold is as likely as the
    next; ``integer``: whole numbers; ``step``: only ``low``, ``low + step``, and so on.  ``when``: the field is varied
    only where other varied fields have these values, and is the base's otherwise."""

    low: float
    high: float
    log: bool = False
    integer: bool = False
    step: Annotated[float, Field(gt=0)] | None = None
    when: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _holds_values(self) -> RangeSection:
        if self.low >= self.high:
            message = _("a range from {low:g} to {high:g} holds no values to choose from; give low below high")
            raise ValueError(message.format(low=self.low, high=self.high))
        if self.log and self.low <= 0:
            raise ValueError(_("log: a logarithmic range begins above 0, not at {low:g}").format(low=self.low))
        if self.log and self.step is not None:
            raise ValueError(_("log and step do not go together: give one of them"))
        if self.integer and any(v is not None and v != int(v) for v in (self.low, self.high, self.step)):
            raise ValueError(_("integer: low, high and step must be whole numbers"))
        return self


class ChoicesSection(Section):
    """One of a few values, of any kind that the field takes; ``when`` as for ``RangeSection``."""

    choices: Annotated[tuple[Any, ...], Field(min_length=1)]
    when: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _differ(self) -> ChoicesSection:
        told = [repr(choice) for choice in self.choices]
        if len(set(told)) < len(told):
            twice = next(text for text in told if told.count(text) > 1)
            raise ValueError(_("choices: {value} is given twice").format(value=short(twice)))
        return self


def _read(value: object) -> object:
    if isinstance(value, (list, tuple)):
        return ChoicesSection.model_validate({"choices": value})
    if isinstance(value, Mapping):
        return (ChoicesSection if "choices" in value else RangeSection).model_validate(value)
    if isinstance(value, Section):
        return value
    message = _("give a list of values, {{low: 1, high: 9}} or {{choices: [a, b]}}, not {value!r}")
    raise ValueError(message.format(value=value))


Varied = Annotated[ChoicesSection | RangeSection, BeforeValidator(_read)]


class FoldsSection(Section):
    """Each trial is trained once for each of ``count`` folds, which validates it while the others train (as ``outer``:
    the whole search is done once without each fold, which judges what that one chose): ``stratified``
    by class, ``plain``, by ``group`` (whole groups of ``data.group``), or ``leave-one-group-out`` (as many folds as
    groups).  ``repeats``: how often the samples are dealt anew; ``seed``: of the dealing, which all seeds share."""

    count: Annotated[int, Field(ge=2, le=1000)] = 5
    kind: FoldKind = "stratified"
    repeats: Annotated[int, Field(ge=1, le=100)] = 1
    seed: Annotated[int, Field(ge=0)] = 0

    def field(self, index: int, repeat: int) -> dict[str, Any]:
        """What a recipe says of one of these folds (``data.fold``)."""
        count = None if self.kind == LEAVE_ONE_GROUP_OUT else self.count
        return {"count": count, "index": index, "kind": self.kind, "repeat": repeat, "seed": self.seed}


class SearchSection(Section):
    """What is tried next, and until when.

    ``sampler``: every point of a ``grid`` in a fixed order, ``random`` ones, or ``tpe`` (tree-structured Parzen
    estimator, Bergstra et al. 2011), which learns from what was tried; without it a grid where all fields have few
    values, else ``tpe``.  ``trials``: how many; ``minutes``: no trial begins that would not end by then, counted over
    all times that the study was worked on.  ``metric``: what decides, such as ``valid/accuracy``; without it accuracy
    where it is measured, else the loss.  ``pruner``: ``asha`` (asynchronous successive halving, Li et al. 2020) stops
    trials whose numbers after some epochs are worse than those of two thirds of the others, ``folds`` those that are
    worse than the best fold by fold (Wilcoxon's signed-rank test, p < 0.1).  ``seed``: of what is drawn.
    """

    sampler: Sampler | None = None
    trials: Annotated[int, Field(ge=1, le=100_000)] | None = None
    minutes: Annotated[float, Field(gt=0)] | None = None
    metric: str | None = None
    pruner: Pruner = "none"
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0


def parse_over(pairs: list[str]) -> dict[str, dict[str, Any]]:
    """``["train.epochs=5,10", "model.network.hidden=50..200"]`` as the field ``over`` of a study.

    ``LOW..HIGH`` is a range, of whole numbers where both are; ``:log`` and ``:step=N`` may follow.  Values with commas
    of their own stand in brackets: ``model.network.channels=[8],[8, 16]``.  ``FIELD=VALUES when OTHER=VALUE`` varies
    the field only there.

    Raises:
        RecipeError: a pair has no ``=``, no values, or what follows is not understood.
    """
    found: dict[str, dict[str, Any]] = {}
    for pair in pairs:
        field, equals, text = pair.partition("=")
        field = field.strip()
        if not equals or not field:
            message = _("--over {pair}: give a field and its values, such as train.optimiser.learning_rate=0.001,0.01.")
            raise RecipeError(message.format(pair=short(pair)))
        if field in found:
            raise RecipeError(_("--over {field}: it is given twice; give all its values at once.").format(field=field))
        values, *conditions = _WHEN.split(text.strip())
        one = _range(pair, values) if _BETWEEN in values else {"choices": _choices(pair, values)}
        when = dict(_condition(pair, condition) for condition in conditions)
        found[field] = {**one, "when": when} if when else one
    return found


def _choices(pair: str, text: str) -> list[Any]:
    values = _value(pair, f"[{text}]")
    if not isinstance(values, list) or not text.strip() or any(value is None for value in values if "null" not in text):
        message = _("--over {pair}: there is an empty value; give some, such as 0.001,0.01, or a range, such as 1..9.")
        raise RecipeError(message.format(pair=short(pair)))
    return values


def _range(pair: str, text: str) -> dict[str, Any]:
    ends, *more = text.split(":")
    low, _dots, high = (part.strip() for part in ends.partition(_BETWEEN))
    numbers = [_value(pair, part) for part in (low, high)]
    options: dict[str, Any] = {}
    for option in more:
        name, equals, value = option.strip().partition("=")
        if name not in ("log", "step") or (name == "step") != bool(equals):
            message = _("--over {pair}: {option} is not understood; allowed after a range: :log, :step=N.")
            raise RecipeError(message.format(pair=short(pair), option=short(option)))
        options[name] = _number(pair, _value(pair, value)) if equals else True
    whole = all(_WHOLE.fullmatch(part) for part in (low, high)) and options.get("step", 1) == int(
        options.get("step", 1)
    )
    return {"low": _number(pair, numbers[0]), "high": _number(pair, numbers[1]), **options, "integer": bool(whole)}


def _number(pair: str, value: object) -> float:
    try:
        return float(str(value))  # YAML takes 1e-4 for a word
    except ValueError:
        message = _("--over {pair}: {value!r} is not a number; a range is two numbers, such as 1e-4..1e-1.")
        raise RecipeError(message.format(pair=short(pair), value=value)) from None


def _condition(pair: str, text: str) -> tuple[str, Any]:
    field, equals, value = text.partition("=")
    if not equals or not field.strip():
        message = _("--over {pair}: after `when` give another varied field and its value, such as when a.b=sgd.")
        raise RecipeError(message.format(pair=short(pair)))
    return field.strip(), _value(pair, value)


def _value(pair: str, text: str) -> object:
    try:
        return _numeric(read_yaml(text))
    except yaml.YAMLError:
        raise RecipeError(_("--over {pair}: the values are not YAML.").format(pair=short(pair))) from None


def _numeric(value: object) -> object:
    """Words such as ``1e-4``, which YAML 1.1 takes for text, as the numbers that people mean."""
    if isinstance(value, list):
        return [_numeric(item) for item in value]
    if isinstance(value, str) and re.fullmatch(r"[+-]?\d+(\.\d*)?[eE][+-]?\d+", value.strip()):
        return float(value)
    return value
