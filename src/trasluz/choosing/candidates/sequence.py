"""Sequences with classes: a recurrent network whose last state is classified."""

from __future__ import annotations

from typing import ClassVar

from trasluz.choosing.candidates.base import BaseCandidate, Case, Purpose, valid_share
from trasluz.messages import N_, _
from trasluz.recipe import Recipe


class Candidate(BaseCandidate):
    """The training of ``recurrent-autoencoder-tuned`` with its encoder under a classifier."""

    purpose: ClassVar[Purpose] = "classify"
    minutes: ClassVar[float] = 3.0
    told: ClassVar[str] = N_("a recurrent network, which reads step after step and names the class at the end")

    def fits(self, case: Case) -> bool:
        """Sequences."""
        return case.facts.kind == "sequence"

    def reason(self, case: Case) -> str:
        """How long they are."""
        return _("because these are sequences of up to {steps} steps").format(steps=case.facts.steps)

    def recipe(self, case: Case) -> Recipe:
        """One recurrent layer below the code."""
        encoder = {"name": "recurrent", "hidden": [128], "code": 30}
        network = {"name": "encoder", "encoder": encoder, "hidden": []}
        changes: dict[str, object] = {
            "data.valid": valid_share(case.facts.samples),
            "data.normalise": "standard",
            "model": {"family": "classifier", "network": network},
        }
        return self.over("recurrent-autoencoder-tuned", changes)

    def most_epochs(self, case: Case) -> int:
        """As for small images."""
        return 60
