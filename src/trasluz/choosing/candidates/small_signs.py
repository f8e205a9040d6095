"""Small images that are something else when mirrored (digits, letters): ``mnist-cnn`` with its size from the data."""

from __future__ import annotations

from typing import ClassVar

from trasluz.choosing.candidates import _small
from trasluz.choosing.candidates.base import BaseCandidate, Case, Purpose, valid_share
from trasluz.messages import N_, _
from trasluz.recipe import Recipe


class Candidate(BaseCandidate):
    """Recipe ``mnist-cnn``: rotations, shifts, zooms and shears, and never a mirror image."""

    purpose: ClassVar[Purpose] = "classify"
    minutes: ClassVar[float] = 5.0
    told: ClassVar[str] = N_(
        "a small convolutional network that sees the images slightly turned, shifted and zoomed, never mirrored"
    )

    def fits(self, case: Case) -> bool:
        """Small images with classes."""
        return case.facts.small_images

    def reason(self, case: Case) -> str:
        """That they are small and must not be mirrored."""
        return _(
            "because these are small images ({height}×{width} pixels) which, when mirrored, look like other classes"
        ).format(height=case.facts.height, width=case.facts.width)

    def recipe(self, case: Case) -> Recipe:
        """Stages by the side, width by the number."""
        facts = case.facts
        stages, first = _small.halvings(facts.side), _small.width(facts)
        changes: dict[str, object] = {
            **_small.shape_changes(facts),
            "data.valid": valid_share(facts.samples),
            "model.network.channels": [first * 2**stage for stage in range(max(stages, 2))],
            "model.network.halve_first": stages > 1,
            "model.network.blocks": [0, 1, 1] if stages > 1 else 1,
            "train.batch": _small.batch(facts),
            "train.ema": _small.average(facts),
        }
        return self.over("mnist-cnn", changes)

    def most_epochs(self, case: Case) -> int:
        """By the number of images."""
        return _small.most_epochs(case.facts)
