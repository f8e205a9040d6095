"""What was found in the trainings of a search, counted: in how many, and with which values of the fields.

That what was found goes with a value is a claim.  It is made of a value, or of all numbers from one on or up to one, in
which the trials that have it lie more often than chance would give (Fisher's exact test over trials, each counted once,
for trainings of one trial are alike), with what was looked through taken into account.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np

from trasluz.metrics.concentrated import chance_of_as_many
from trasluz.search.trial_results import is_number

Kind = Literal["is", "from", "to"]

_CHANCE = 0.05  # that any of all groups that are looked at holds as many by chance
_MOST_LISTED = 12  # different numbers of one field; of more, drawn from a range, only cuts are looked at
_CUTS = 20  # places where the numbers of a field are cut in two
_MOST_TOLD = 6  # different numbers that are counted each by itself
_RANGES = 4  # into which drawn numbers are put to be counted
_SEVERITIES = ("bad", "warn", "note")


@dataclass(frozen=True)
class AskedCell:
    """A training that rules were asked of: its ``trial``, the values of its ``fields``, its ``run``, and what was
    ``found``: rules, severities, and titles and sentences by language, as ``findings/of_training.py`` keeps them."""

    trial: str
    fields: Mapping[str, Any]
    run: str
    found: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class AskedCells:
    """The trainings of a search that rules were asked of, the ``fields`` that it varies, and how many ``rules``."""

    cells: tuple[AskedCell, ...]
    fields: tuple[str, ...]
    rules: int


@dataclass(frozen=True)
class Group:
    """Those trainings of which a field has one value, all numbers from it on, or all up to it; ``there`` of its
    ``count`` trainings have what was found, ``elsewhere`` of the ``others``."""

    field: str
    kind: Kind
    value: object
    there: int
    count: int
    elsewhere: int
    others: int


@dataclass(frozen=True)
class Share:
    """One value of a field, or numbers ``value`` to ``last``: ``there`` of ``count`` trainings have what was found."""

    value: object
    last: object
    there: int
    count: int


@dataclass(frozen=True)
class Counted:
    """One thing that was found, in ``cells`` of ``count`` trainings; ``title`` and the sentence of one of them, its
    ``example``, are by language.  ``group``: where it mostly is, where that is sure; ``shares``: field → its values."""

    rule: str
    severity: str
    title: Mapping[str, str]
    seen: Mapping[str, str]
    example: AskedCell
    cells: int
    count: int
    group: Group | None
    shares: Mapping[str, tuple[Share, ...]]


def count_findings(cells: Sequence[AskedCell], fields: Sequence[str]) -> tuple[Counted, ...]:
    """What was found in ``cells``, the gravest first, then what most have; ``fields``: those that were searched."""
    having: dict[str, list[tuple[int, Mapping[str, Any]]]] = {}
    for i, cell in enumerate(cells):
        for one in {str(found["title"]["en"]): found for found in cell.found}.values():
            having.setdefault(str(one["title"]["en"]), []).append((i, one))
    told = [_counted(cells, fields, own) for own in having.values()]
    return tuple(sorted(told, key=lambda one: (_SEVERITIES.index(one.severity), -one.cells, one.rule)))


def _counted(
    cells: Sequence[AskedCell], fields: Sequence[str], own: Sequence[tuple[int, Mapping[str, Any]]]
) -> Counted:
    ill = np.zeros(len(cells), bool)
    ill[[i for i, _found in own]] = True
    first, example = own[0][1], cells[own[0][0]]
    gravest = min((str(found["severity"]) for _i, found in own), key=_SEVERITIES.index)
    return Counted(
        rule=str(first["rule"]),
        severity=gravest,
        title=first["title"],
        seen=first["seen"],
        example=example,
        cells=len(own),
        count=len(cells),
        group=_group(cells, ill, fields),
        shares={name: shares for name in fields if len(shares := _shares(cells, ill, name)) > 1},
    )


def _group(cells: Sequence[AskedCell], ill: np.ndarray, fields: Sequence[str]) -> Group | None:
    """Where what was found is surely more often than elsewhere; of several the least likely by chance."""
    by_trial: dict[str, int] = {}
    for i, cell in enumerate(cells):
        by_trial.setdefault(cell.trial, i)
    trials = list(by_trial)
    number = {name: i for i, name in enumerate(trials)}
    marked = np.zeros(len(trials), bool)
    for cell, sick in zip(cells, ill, strict=True):
        marked[number[cell.trial]] |= sick
    looked: list[tuple[float, str, Kind, Any]] = []
    for name in fields:
        values = [cells[i].fields.get(name) for i in by_trial.values()]
        for kind, value, inside in _groups(values):
            count, there = int(inside.sum()), int((marked & inside).sum())
            looked.append((chance_of_as_many(there, count, int(marked.sum()), len(trials)), name, kind, value))
    best = min(looked, key=lambda one: one[0], default=None)
    if best is None or best[0] * len(looked) > _CHANCE:
        return None
    _chance, name, kind, value = best
    inside = np.array([_is_in(cell.fields.get(name), kind, value) for cell in cells])
    counts = (int((ill & inside).sum()), int(inside.sum()), int((ill & ~inside).sum()), int((~inside).sum()))
    return Group(name, kind, value, *counts)


def _groups(values: Sequence[Any]) -> Iterator[tuple[Kind, Any, np.ndarray]]:
    """Groups of trials by the values of one field that they have: neither none of them nor all."""
    different = list({repr(value): value for value in values if value is not None}.values())
    numbers = sorted(map(float, different)) if all(map(is_number, different)) else []
    cuts = numbers[1:-1]  # beyond these a group is one value
    if len(numbers) > _MOST_LISTED:
        cuts = [numbers[i] for i in dict.fromkeys(np.linspace(0, len(numbers) - 1, _CUTS).astype(int).tolist())]
        different = []
    kinds: tuple[Kind, ...] = ("from", "to")
    looked: list[tuple[Kind, Any]] = [("is", value) for value in different]
    looked += [(kind, cut) for cut in cuts for kind in kinds]
    for kind, value in looked:
        inside = np.array([_is_in(own, kind, value) for own in values])
        if 0 < int(inside.sum()) < len(inside):
            yield kind, value, inside


def _is_in(own: object, kind: Kind, value: object) -> bool:
    if kind == "is":
        return repr(own) == repr(value)
    if not isinstance(own, (int, float)) or not isinstance(value, (int, float)):
        return False
    return float(own) >= float(value) if kind == "from" else float(own) <= float(value)


def _shares(cells: Sequence[AskedCell], ill: np.ndarray, name: str) -> tuple[Share, ...]:
    """Of each value of a field, or of as many ranges of its numbers, how many trainings have what was found."""
    having = [(cell.fields[name], bool(sick)) for cell, sick in zip(cells, ill, strict=True) if name in cell.fields]
    different = list({repr(value): value for value, _sick in having}.values())
    numbers = all(map(is_number, different))
    if len(different) > _MOST_LISTED and not numbers:
        return ()
    ordered = sorted(different) if numbers else different
    if len(ordered) <= (_MOST_TOLD if numbers else _MOST_LISTED):
        return tuple(
            _share(value, value, [sick for own, sick in having if repr(own) == repr(value)]) for value in ordered
        )
    known = sorted(float(value) for value, _sick in having)
    ends = [known[round(i * len(known) / _RANGES)] for i in range(_RANGES)]
    bounds = list(pairwise([*dict.fromkeys(ends), np.inf]))
    parts = [[(float(own), sick) for own, sick in having if low <= own < high] for low, high in bounds]
    return tuple(_share(min(part)[0], max(part)[0], [sick for _own, sick in part]) for part in parts)


def _share(value: object, last: object, sick: Sequence[bool]) -> Share:
    return Share(value, last, sum(sick), len(sick))
