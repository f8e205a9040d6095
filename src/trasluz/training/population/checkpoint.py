"""What a population needs to go on as if nobody had stopped it, all of it or some of its members without the others.

One state for all, a row for each network, because hundreds of members stop and go on together: taken apart into a
checkpoint of each they would go on one by one, which takes longer than to begin anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from trasluz.errors import CheckpointError
from trasluz.messages import _

if TYPE_CHECKING:
    from trasluz.training.population.loop import Population


class Keeper(Protocol):
    """Where the states of a population are kept, with the records of its members' stores."""

    def write(self, step: int, state: dict[str, Any]) -> None:
        """Keeps the ``state`` after the global step ``step``."""

    def newest(self) -> dict[str, Any] | None:
        """The newest state, ``None`` where there is none; the members' stores then hold what belongs to it.

        Raises:
            CheckpointError: there is one, but it is damaged.
        """


def state_of(population: Population) -> dict[str, Any]:
    """Everything that has state. ``tracks``: the numbers of the members of each network, who leads last."""
    p = population
    return {
        "epoch": p.epoch,
        "step": p.step,
        "global_step": p.global_step,
        "seconds": p.seconds(),
        "tracks": [[member.number for member in track.members] for track in p.tracks],
        "early_stopping": [track.lead.early_stopping.state_dict() for track in p.tracks],
        "totals": p.totals.state_of_members(),
        "stretches": {count: stretches.state_dict() for count, stretches in p.stretches.items()},
        "engine": p.engine.state_dict(),
    }


def restore(population: Population, state: Mapping[str, Any]) -> None:
    """Puts a population, whose members are some of those of ``state``, where ``state_of`` left them.

    Raises:
        CheckpointError: it is no state of these members.
    """
    p = population
    try:
        row_of = {number: row for row, track in enumerate(state["tracks"]) for number in track}
        rows = [row_of[track.lead.number] for track in p.tracks]
        p.engine.load_state_dict(state["engine"], rows)
        p.totals.load_state_of_members(state["totals"], rows)
        for count, stretches in p.stretches.items():
            stretches.load_state_dict(state["stretches"][count], rows)
        for track, row in zip(p.tracks, rows, strict=True):
            track.lead.early_stopping.load_state_dict(state["early_stopping"][row])
        p.go_on_from(int(state["epoch"]), int(state["step"]), int(state["global_step"]), float(state["seconds"]))
    # A tree whose files are whole and whose numbers are nevertheless no state of these members.
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, RuntimeError, ArithmeticError) as error:
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        message = _("it is no state of these trainings ({reason})")
        raise CheckpointError(message.format(reason=reason)) from error
