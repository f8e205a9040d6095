"""New images where there is time: a GAN, with DiffAugment where images are few."""

from __future__ import annotations

from typing import ClassVar

from trasluz.choosing.candidates.base import BaseCandidate, Case, Purpose, valid_share
from trasluz.messages import N_, _
from trasluz.recipe import Recipe

_FEW, _FEWEST = 10_000, 1000  # images: below, DiffAugment; below, no GAN
_ENOUGH = 10.0  # minutes
_SMALLEST = 16  # pixels, that DCGAN's stages need


class Candidate(BaseCandidate):
    """Recipe ``gan``, or ``gan-small-data``."""

    purpose: ClassVar[Purpose] = "generate"
    minutes: ClassVar[float] = 10.0
    told: ClassVar[str] = N_("a GAN, in which one network makes images and another tells them from real ones")

    def fits(self, case: Case) -> bool:
        """Small images, a thousand at least."""
        return case.facts.small_images and case.facts.samples >= _FEWEST

    def preference(self, case: Case) -> float:
        """Above the VAE where there are ten minutes; below where fewer were asked for."""
        return 1.0 if (case.minutes or self.minutes) >= _ENOUGH else -1.0

    def reason(self, case: Case) -> str:
        """That there are images and time enough."""
        return _("because there are {n} small images and time enough for sharper ones than a VAE makes").format(
            n=case.facts.samples
        )

    def recipe(self, case: Case) -> Recipe:
        """By the number of images."""
        facts = case.facts
        changes: dict[str, object] = {
            "data.valid": valid_share(facts.samples),
            "data.channels": 1 if facts.channels == 1 else 3,
        }
        if facts.sizes > 1 or facts.side < _SMALLEST:
            changes["data.size"] = max(facts.side // 8 * 8, _SMALLEST)
        if facts.samples >= _FEW:
            return self.over("gan", changes)
        return self.over("gan-small-data", {"data.size": None, **changes})

    def most_epochs(self, case: Case) -> int:
        """As measured: 20 passes of 55,000 images, 200 of 1,500."""
        return 30 if case.facts.samples >= _FEW else 200
