"""Photographs in classes, without pretrained weights: the residual network of ``cats-dogs-tuned``."""

from __future__ import annotations

import math
from typing import ClassVar

from trasluz.choosing.candidates.base import BaseCandidate, Case, Purpose, valid_share
from trasluz.messages import N_, _
from trasluz.recipe import Recipe

# Pixels; sides are multiples of what four halvings leave whole.  In five minutes two cores show 112 pixels, 64 of them
# at first, half as often again as 128 with 96 at first, and that is worth more: docs/choosing.md has the numbers.
_LARGEST, _GRID = 112, 16
_FIRST_SIDE, _FIRST_EPOCHS = 0.6, 0.6  # of the side, and of the epochs that show it


class Candidate(BaseCandidate):
    """Recipe ``cats-dogs-tuned`` at the side of the images, at most 112 pixels."""

    purpose: ClassVar[Purpose] = "classify"
    minutes: ClassVar[float] = 5.0
    told: ClassVar[str] = N_("a residual network from scratch, smaller images first, strong augmentation")

    def fits(self, case: Case) -> bool:
        """Photographs with classes."""
        return case.facts.photographs

    def reason(self, case: Case) -> str:
        """That there are no weights to start from."""
        return _("because these are photographs ({height}×{width} pixels) and no pretrained weights were found").format(
            height=case.facts.height, width=case.facts.width
        )

    def recipe(self, case: Case) -> Recipe:
        """Sizes from the images; the rest as measured on cats and dogs."""
        facts = case.facts
        side = min(_LARGEST, facts.side // _GRID * _GRID)
        grey = facts.channels == 1
        return self.over(
            "cats-dogs-tuned",
            {
                "data.size": side,
                "data.channels": 1 if grey else 3,
                "data.valid": valid_share(facts.samples),
                "data.augment.saturation": 0.0 if grey else 0.375,
                "train.progressive.size": max(round(side * _FIRST_SIDE) // _GRID, 2) * _GRID,
                "train.progressive.until": _FIRST_EPOCHS,
                "train.batch": 64 if facts.samples >= 500 else 32,
            },
        )

    def most_epochs(self, case: Case) -> int:
        """Of 2,000 images 200; of fewer more, as the root of their number, because an epoch is shorter."""
        return round(min(max(200 * math.sqrt(2000 / max(case.facts.samples, 1)), 40), 1000))
