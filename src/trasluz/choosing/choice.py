"""A choice: the recipe, why it was chosen, how long it takes, and what faster would cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from trasluz.choosing.budget import Epochs
from trasluz.choosing.candidates.base import Purpose
from trasluz.choosing.facts import Facts
from trasluz.choosing.measured import cost_of_faster
from trasluz.choosing.pace import Pace
from trasluz.data.data import Data
from trasluz.messages import _, ngettext
from trasluz.numerals import duration, integer, numeral
from trasluz.recipe import Recipe


@dataclass(frozen=True)
class Choice:
    """What was chosen for ``data``, which are open as ``recipe`` asks.

    ``told`` and ``reason``: what it is and why, in the language in force.  ``minutes``: those asked for, or the
    candidate's own (``asked`` says which).  ``spent``: seconds from the first look to this choice; ``training``:
    seconds that are expected from here on.  ``paces`` and ``epochs``: per phase.
    """

    candidate: str
    purpose: Purpose
    told: str
    reason: str
    facts: Facts
    recipe: Recipe
    data: Data
    minutes: float
    asked: bool
    spent: float
    training: float
    paces: Mapping[str, Pace]
    epochs: Mapping[str, Epochs]

    def chosen(self) -> str:
        """What was chosen and why, in a sentence."""
        return chosen_sentence(self.facts, self.told, self.reason)

    def time(self) -> str:
        """How long it will take, in a sentence."""
        name, epochs = list(self.epochs.items())[-1]
        images = len(self.data.split("train"))
        pace = self.paces[name]
        several = 1 if self.minutes == 1 else 2
        within = (
            ngettext("{minutes} minute was asked for", "{minutes} minutes were asked for", several)
            if self.asked
            else ngettext(
                "{minutes} minute at most, unless --minutes says",
                "{minutes} minutes at most, unless --minutes says",
                several,
            )
        )
        if pace.features:  # then steps take these, and not images
            within = _("of features that are computed once; {within}").format(within=within)
        message = ngettext(
            "Until it is trained it takes about {whole}, of which {spent} are over: {n} epoch of {samples} samples, "
            "{rate} a second ({within}).",
            "Until it is trained it takes about {whole}, of which {spent} are over: {n} epochs of {samples} samples, "
            "{rate} a second ({within}).",
            epochs.count,
        )
        if epochs.steps is not None:
            train = self.recipe.resolved_phases()[-1][1]
            images = epochs.steps * (images if train.batch == "full" else train.batch)
        return message.format(
            whole=duration(self.spent + self.training),
            spent=duration(self.spent),
            n=epochs.count,
            samples=integer(images),
            rate=integer(1 / pace.full) if pace.full else "∞",
            within=within.format(minutes=numeral(f"{self.minutes:g}")),
        )

    def faster(self) -> str:
        """What less time would cost, as far as it was measured, in a sentence."""
        return cost_of_faster(self.candidate, self.facts, self.minutes)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for ``run.json``."""
        return {
            "candidate": self.candidate,
            "purpose": self.purpose,
            "told": self.told,
            "reason": self.reason,
            "facts": self.facts.to_dict(),
            "minutes": self.minutes,
            "minutes_asked": self.asked,
            "seconds_before": round(self.spent, 2),
            "seconds_expected": round(self.training, 2),
            "pace": {phase: asdict(pace) for phase, pace in self.paces.items()},
            "epochs": {phase: asdict(epochs) for phase, epochs in self.epochs.items()},
        }


def chosen_sentence(facts: Facts, told: str, reason: str) -> str:
    """What was chosen and why."""
    what = ngettext("{n} sample", "{n} samples", facts.samples).format(n=integer(facts.samples))
    if facts.labels:
        what = _("{samples} in {n} classes").format(samples=what, n=len(facts.counts))
    return _("{name}, {what}: {told}, {reason}.").format(name=facts.name, what=what, told=told, reason=reason)
