"""Whether a group trains as one or by processes: measured by the first steps of both, because no rule knows.

Dense networks gain by as much as their steps are overhead; convolutions lose on a processor, whose caches the stacked
maps leave.  What is compared are steps alone; to evaluate costs about the same share of both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from trasluz.data.data import Data
from trasluz.messages import _, ngettext
from trasluz.numerals import numeral
from trasluz.recipe import Recipe
from trasluz.search.executing.grouping import Group
from trasluz.training.population.pace import pace_alone, pace_together
from trasluz.training.population.track import tracks_of

_START = 4.0  # seconds until a process has imported PyTorch and can begin


@dataclass(frozen=True)
class Choice:
    """What was expected of both ways, in seconds, and so which is taken."""

    networks: int
    pieces: int
    processes: int
    as_one: float
    by_processes: float

    @property
    def stacked(self) -> bool:
        """Whether the group trains as one."""
        return self.as_one <= self.by_processes

    def facts(self) -> dict[str, Any]:
        """What each run keeps of it."""
        return {"networks": self.networks, "as_one_seconds": self.as_one, "by_processes_seconds": self.by_processes}

    def sentence(self) -> str:
        """Which way was taken, and why."""
        taken = _("as one") if self.stacked else _("by processes")
        message = ngettext(
            "{count} training goes on {taken}: about {as_one} s as one network of {networks}, {by_processes} s by "
            "{processes} processes.",
            "{count} trainings go on {taken}: about {as_one} s as one network of {networks}, {by_processes} s by "
            "{processes} processes.",
            self.pieces,
        )
        one, several = (numeral(f"{seconds:.3g}") for seconds in (self.as_one, self.by_processes))
        told = {"count": self.pieces, "taken": taken, "networks": self.networks, "processes": self.processes}
        return message.format(as_one=one, by_processes=several, **told)


def choose_way(group: Group, recipes: Sequence[Recipe], data: Sequence[Data], processes: int) -> Choice:
    """Measures both ways for a group that stacks; ``recipes`` and ``data`` are those of all pieces.

    Raises:
        RequestError: a recipe does not fit its data.
    """
    own, where = [recipes[i] for i in group.pieces], [data[i] for i in group.pieces]
    leads = [max(numbers, key=lambda i: _epochs(own[i])) for numbers in tracks_of(own, where)]
    together = pace_together([own[i] for i in leads], [where[i] for i in leads])
    alone = pace_alone(own[0], where[0])
    longest, all_epochs = max(_epochs(own[i]) for i in leads), sum(map(_epochs, own))
    several = min(processes, len(own))
    start = _START if several > 1 else 0.0
    return Choice(
        len(leads),
        len(own),
        several,
        together.step_seconds * together.steps * longest,
        start + alone.step_seconds * alone.steps * all_epochs / several,
    )


def _epochs(recipe: Recipe) -> int:
    return recipe.resolved_phases()[0][1].epochs
