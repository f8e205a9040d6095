"""Photographs in classes, where pretrained weights are on this machine: their features, a new last layer, then all."""

from __future__ import annotations

from typing import ClassVar

from trasluz.choosing.candidates.base import BaseCandidate, Case, Purpose, valid_share
from trasluz.messages import N_, _
from trasluz.recipe import Recipe

_SMALLEST = 32  # pixels: of smaller images, enlarged, features of photographs say little


class Candidate(BaseCandidate):
    """Recipe ``photos-transfer-all`` from the first of the weights that were found; without its last phase it is
    ``photos-transfer``."""

    purpose: ClassVar[Purpose] = "classify"
    minutes: ClassVar[float] = 2.0
    told: ClassVar[str] = N_("transfer: a pretrained network's features, computed once, and a new last layer")
    last_phase_may_go: ClassVar[bool] = True
    least_epochs: ClassVar[int] = 3  # of all layers: fewer move the weights and do not settle them

    def fits(self, case: Case) -> bool:
        """Images in colour, or photographs, and weights."""
        facts = case.facts
        of_photographs = facts.photographs or (facts.small_images and facts.channels > 1 and facts.side >= _SMALLEST)
        return bool(case.weights) and of_photographs

    def preference(self, case: Case) -> float:
        """Above all that starts from nothing, for photographs."""
        return 10.0 if case.facts.photographs else -1.0

    def reason(self, case: Case) -> str:
        """Which weights."""
        found = case.weights[0]
        return _("because these are photographs and pretrained weights were found ({architecture}, {source})").format(
            architecture=found.architecture, source=found.source
        )

    def recipe(self, case: Case) -> Recipe:
        """The network that the weights fit, at the size that it was trained on."""
        plain = self.over("photos-transfer-all", {"data.valid": valid_share(case.facts.samples)})
        return case.started(plain, case.weights[0])

    def most_epochs(self, case: Case) -> int:
        """Of all layers."""
        return 5
