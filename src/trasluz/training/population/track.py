"""A track: one network of a stack, and the members that it serves, which differ in nothing but how long they train.

What a training of 50 epochs does is what one of 150 does first, unless its rate or its loss follows the whole length.
So they share the way, and each has left with what it would have alone when its last epoch is over.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from trasluz.data.data import Data
from trasluz.families.base import BaseFamily
from trasluz.recipe import Recipe, TrainSection
from trasluz.training.population.engine import StackedEngine
from trasluz.training.population.member import EpochEnd, Member
from trasluz.training.population.seen import Seen
from trasluz.training.population.stackable import whole_tree
from trasluz.training.schedules import factor

_NO_MATTER = ("name", "description", "fragile", "about")
_COMPARED = 2000  # places at which two schedules are compared at most


class Track:
    """``members``: those of one network, the longest last, which leads: its epochs are those of the network."""

    def __init__(self, members: Sequence[Member]) -> None:
        self.members = sorted(members, key=lambda member: member.train.epochs)

    @property
    def lead(self) -> Member:
        """The member that trains longest."""
        return self.members[-1]

    def ending(self, epoch: int) -> list[Member]:
        """Those whose last epoch ``epoch`` (from 0) is."""
        return [member for member in self.members if member.train.epochs == epoch + 1]

    def close(
        self,
        ends: Mapping[int, EpochEnd],
        family: BaseFamily,
        evaluated: Mapping[int, Mapping[str, Any]],
        where: Mapping[str, int],
        speed: dict[str, float],
        engine: StackedEngine,
        row: int,
    ) -> list[Member]:
        """Writes an epoch's records, each with what was ``evaluated`` of that member; those who stopped early.

        ``ends``, ``evaluated``: by the member's number.  ``where``: the epoch (from 1) and the step.
        ``row``: the network's row in ``engine``.
        """
        ended = self.ending(where["epoch"] - 1)
        for member in ended:
            if member is not self.lead:  # the others go on following theirs
                member.early_stopping = copy.copy(self.lead.early_stopping)
        for member in (*ended, *([] if self.lead in ended else [self.lead])):
            end = ends[member.number]
            record = member.record(end, family, evaluated[member.number], where) | speed
            member.keep_epoch(record, end.stretches, engine, row, where["step"])
        if self.lead in ended:
            return [member for member in ended if member.stop_reason is not None]
        last = self.lead.store.metrics()[-1] if self._followers(ended) else {}
        for member in self._followers(ended):
            member.store.append_metrics(last)
            member.store.append_steps(ends[member.number].stretches)
            if self.lead.stop_reason is not None:
                member.end_as(self.lead)
            if member.callbacks:
                Seen(member, engine, row, where["step"]).tell("on_epoch_end", dict(last))
        return [member for member in self.members if member.stop_reason is not None]

    def _followers(self, ended: Sequence[Member]) -> list[Member]:
        return [member for member in self.members if member is not self.lead and member not in ended]


def tracks_of(recipes: Sequence[Recipe], data: Sequence[Data]) -> list[list[int]]:
    """The numbers of the recipes that can share one network, in the order of their first ones.

    ``data``: what each trains on, with its own splits.
    """
    found: dict[tuple[object, ...], list[int]] = {}
    for number, (recipe, own) in enumerate(zip(recipes, data, strict=True)):
        found.setdefault((_way(recipe, len(own.split("train"))), id(own)), []).append(number)
    return [part for numbers in found.values() for part in _by_schedule(numbers, recipes)]


@lru_cache(maxsize=1024)  # as ``whole_tree``
def _way(recipe: Recipe, images: int) -> str:
    """All that the way of a training on so many ``images`` follows, but for the schedule's length."""
    tree = {name: part for name, part in whole_tree(recipe, images).items() if name not in _NO_MATTER}
    train = {name: part for name, part in tree["train"].items() if name not in ("epochs", "checkpoint_minutes")}
    length = tree["train"]["epochs"] if tree["train"]["progressive"] else None
    return json.dumps([{**tree, "train": train}, length], sort_keys=True, default=str)


def _by_schedule(numbers: Sequence[int], recipes: Sequence[Recipe]) -> list[list[int]]:
    """Those of one way, so of one schedule, whose rates are also the same for as long as both train."""
    trains = {number: recipes[number].resolved_phases()[0][1] for number in numbers}
    one_of_each = {train.epochs: train for train in trains.values()}
    parts: list[list[int]] = []  # of lengths
    for length in sorted(one_of_each):
        for part in parts:
            if all(_same_rates(one_of_each[other], one_of_each[length]) for other in part):
                part.append(length)
                break
        else:
            parts.append([length])
    return [[number for number in sorted(numbers) if trains[number].epochs in part] for part in parts]


def _same_rates(one: TrainSection, other: TrainSection) -> bool:
    if one.epochs == other.epochs:
        return True
    both = min(one.epochs, other.epochs)
    places = [both * i / _COMPARED for i in range(_COMPARED)]
    return all(factor(one.schedule, p, one.epochs) == factor(other.schedule, p, other.epochs) for p in places)
