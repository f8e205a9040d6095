"""Sequences without classes: a recurrent autoencoder."""

from __future__ import annotations

from typing import ClassVar

from trasluz.choosing.candidates.base import BaseCandidate, Case, Purpose, stopping, valid_share
from trasluz.data.data import Data
from trasluz.messages import N_, _
from trasluz.recipe import Recipe


class Candidate(BaseCandidate):
    """Recipe ``recurrent-autoencoder-tuned``."""

    purpose: ClassVar[Purpose] = "reconstruct"
    minutes: ClassVar[float] = 3.0
    told: ClassVar[str] = N_("a recurrent autoencoder, which makes each sequence again from 30 numbers")

    def fits(self, case: Case) -> bool:
        """Sequences."""
        return case.facts.kind == "sequence"

    def reason(self, case: Case) -> str:
        """How long they are."""
        return _("because these are sequences of up to {steps} steps").format(steps=case.facts.steps)

    def recipe(self, case: Case) -> Recipe:
        """As it stands, on features of mean 0 and deviation 1."""
        changes = {"data.valid": valid_share(case.facts.samples), "data.normalise": "standard"}
        return self.over("recurrent-autoencoder-tuned", changes)

    def settled(self, recipe: Recipe, data: Data) -> Recipe:
        """It stops where validation grows worse."""
        return recipe.override(stopping(data))

    def most_epochs(self, case: Case) -> int:
        """Of few sequences more."""
        return 60
