"""Whether trainings go on as one, by processes or one by one: measured by their first steps, because no rule knows.

Dense networks gain by as much as their steps are overhead; convolutions lose on a processor, whose caches the stacked
maps leave.  What is compared are steps alone; to evaluate costs about the same share of both.  Processes have to begin
first, which takes longer than many a training.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trasluz.data.data import Data
from trasluz.messages import _, ngettext
from trasluz.numerals import numeral
from trasluz.recipe import Recipe
from trasluz.search.executing.grouping import Group
from trasluz.training.population.pace import Alone, epoch_alone, pace_together, seconds_alone
from trasluz.training.population.track import tracks_of

_PART, _SURE = 64, 2.0  # networks that are tried first of many, and how much quicker they must be to decide
_MEASURED = 3  # trainings that are tried of those that cannot train as one, to know how long these take


@dataclass(frozen=True)
class Choice:
    """What was expected of each way, in seconds, and so which is taken.

    ``one_by_one``: on all threads; ``one_thread``: the same on one, of which processes have one each.
    """

    networks: int
    pieces: int
    processes: int
    as_one: float
    by_processes: float
    one_by_one: float
    one_thread: float

    @property
    def stacked(self) -> bool:
        """Whether the group trains as one."""
        return self.as_one <= min(self.by_processes, self.one_by_one)

    @property
    def each(self) -> Alone:
        """Of one of the trainings by itself."""
        return Alone(self.one_thread / self.pieces, self.one_by_one / self.pieces)

    def facts(self) -> dict[str, Any]:
        """What each run keeps of it."""
        return {"networks": self.networks, "as_one_seconds": self.as_one, "by_processes_seconds": self.by_processes}

    def sentence(self, pooled: bool) -> str:
        """Which way was taken, and why; ``pooled``: whether what does not train as one goes on by processes."""
        taken = _("as one") if self.stacked else _("by processes") if pooled else _("one by one")
        message = ngettext(
            "{count} training goes on {taken}: about {as_one} s as one network of {networks}, {by_processes} s by "
            "{processes} processes, {one_by_one} s one by one.",
            "{count} trainings go on {taken}: about {as_one} s as one network of {networks}, {by_processes} s by "
            "{processes} processes, {one_by_one} s one by one.",
            self.pieces,
        )
        seconds = {"as_one": self.as_one, "by_processes": self.by_processes, "one_by_one": self.one_by_one}
        told = {name: numeral(f"{value:.3g}") for name, value in seconds.items()}
        return message.format(count=self.pieces, taken=taken, networks=self.networks, processes=self.processes, **told)


def choose_way(group: Group, recipes: Sequence[Recipe], data: Sequence[Data], processes: int, start: float) -> Choice:
    """Measures the ways for a group that stacks; ``recipes`` and ``data`` are those of all pieces, ``start``: the
    seconds until a process can begin.

    Raises:
        RequestError: a recipe does not fit its data.
    """
    own, where = [recipes[i] for i in group.pieces], [data[i] for i in group.pieces]
    leads = [max(numbers, key=lambda i: _epochs(own[i])) for numbers in tracks_of(own, where)]
    epoch, all_epochs = epoch_alone(own[0], where[0]), sum(map(_epochs, own))
    several = min(processes, len(own))
    one_by_one, one_thread = epoch.all_threads * all_epochs, epoch.one_thread * all_epochs
    by_processes = seconds_by_processes([epoch.one_thread * _epochs(recipe) for recipe in own], several, start)
    as_one = _seconds_as_one([own[i] for i in leads], [where[i] for i in leads], min(one_by_one, by_processes))
    return Choice(len(leads), len(own), several, as_one, by_processes, one_by_one, one_thread)


def _seconds_as_one(recipes: Sequence[Recipe], data: Sequence[Data], otherwise: float) -> float:
    """How long networks of these ``recipes`` take as one, where they take ``otherwise`` in another way.

    To make hundreds of networks takes longer than to train them a little, so of many a part is tried first: all take
    at most in proportion, but for what caches do, and are only tried where that leaves a doubt.
    """
    longest, every = max(map(_epochs, recipes)), -(-len(recipes) // _PART)
    if every > 1:
        part = pace_together(recipes[::every], data[::every])
        seconds = part.step_seconds * part.steps * longest * len(recipes) / len(recipes[::every])
        if _SURE * seconds <= otherwise:
            return seconds
    whole = pace_together(recipes, data)
    return whole.step_seconds * whole.steps * longest


def seconds_by_processes(seconds: Sequence[float], processes: int, start: float) -> float:
    """How long trainings of so many ``seconds`` each take side by side, where a process needs ``start`` to begin."""
    several = min(processes, len(seconds))
    return (start if several > 1 else 0.0) + max(sum(seconds) / max(several, 1), max(seconds, default=0.0))


def processes_pay(
    numbers: Sequence[int],
    recipes: Sequence[Recipe],
    data: Sequence[Data],
    known: Mapping[int, Alone],
    processes: int,
    start: float,
) -> bool:
    """Whether the pieces with these ``numbers`` are done sooner by processes, on one thread each, than one by one, on
    all threads.

    ``known``: the seconds of those that were measured.  Of the others a few are tried, by which all are judged.

    Raises:
        RequestError: a recipe does not fit its data.
    """
    others = [number for number in numbers if number not in known]
    tried = others[:: -(-len(others) // _MEASURED)] if others else []
    found = [seconds_alone(recipes[number], data[number]) for number in tried]
    usual = Alone(*(sum(each) / len(found) for each in zip(*found, strict=True))) if found else Alone(0.0, 0.0)
    seconds = [known.get(number, usual) for number in numbers]
    beside = seconds_by_processes([each.one_thread for each in seconds], processes, start)
    return beside < sum(each.all_threads for each in seconds)


def _epochs(recipe: Recipe) -> int:
    return recipe.resolved_phases()[0][1].epochs
