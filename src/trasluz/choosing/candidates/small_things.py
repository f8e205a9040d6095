"""Small images that may be mirrored (clothes, animals): ``fashion-cnn`` with its size from the data."""

from __future__ import annotations

from typing import ClassVar

from trasluz.choosing.candidates import _small
from trasluz.choosing.candidates.base import BaseCandidate, Case, Purpose, valid_share
from trasluz.choosing.mirror import ALIKE
from trasluz.messages import N_, _
from trasluz.recipe import Recipe


class Candidate(BaseCandidate):
    """Recipe ``fashion-cnn``: mirror images in training and in judging, light erasing, mixup."""

    purpose: ClassVar[Purpose] = "classify"
    minutes: ClassVar[float] = 5.0
    told: ClassVar[str] = N_(
        "a small convolutional network that sees the images mirrored, mixed and with small parts erased"
    )

    def fits(self, case: Case) -> bool:
        """Small images with classes."""
        return case.facts.small_images

    def preference(self, case: Case) -> float:
        """Above the other one for small images where mirroring leaves classes as they are, else below it."""
        share = case.facts.mirrored
        return 1.0 if share is not None and share >= ALIKE else -1.0

    def reason(self, case: Case) -> str:
        """That they are small and may be mirrored."""
        return _(
            "because these are small images ({height}×{width} pixels) which stay what they are when mirrored"
        ).format(height=case.facts.height, width=case.facts.width)

    def recipe(self, case: Case) -> Recipe:
        """Stages by the side, width by the number."""
        facts = case.facts
        stages, first = _small.halvings(facts.side), _small.width(facts)
        pooled = stages > 2
        changes: dict[str, object] = {
            **_small.shape_changes(facts),
            "data.valid": valid_share(facts.samples),
            "model.network.stem": {"channels": first, "kernel": 3, "pool": pooled},
            "model.network.channels": [2 * first * 2**stage for stage in range(stages - pooled)],
            "train.batch": _small.batch(facts),
            "train.ema": _small.average(facts),
        }
        return self.over("fashion-cnn", changes)

    def most_epochs(self, case: Case) -> int:
        """By the number of images."""
        return _small.most_epochs(case.facts)
