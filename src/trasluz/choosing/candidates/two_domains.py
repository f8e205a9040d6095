"""Two folders of images, or more, to be translated into each other: only where that was asked for."""

from __future__ import annotations

from typing import ClassVar

from trasluz.choosing.candidates import _sides
from trasluz.choosing.candidates.base import BaseCandidate, Case, Purpose, classes_told, valid_share
from trasluz.messages import N_, _
from trasluz.recipe import Recipe


class Candidate(BaseCandidate):
    """Recipe ``swap``: a shared encoder and a decoder for each class."""

    purpose: ClassVar[Purpose] = "translate"
    minutes: ClassVar[float] = 10.0
    told: ClassVar[str] = N_("an encoder for all images and a decoder for each folder")

    def fits(self, case: Case) -> bool:
        """Images in classes, of which each has one."""
        return case.facts.kind == "image" and len(case.facts.counts) > 1 and not case.facts.multi_label

    def reason(self, case: Case) -> str:
        """Between what."""
        return _("because images of {classes} are to be translated into each other").format(
            classes=classes_told(case.facts)
        )

    def recipe(self, case: Case) -> Recipe:
        """At 64 pixels, or as small as they are."""
        stages = _sides.stages(case.facts)
        changes: dict[str, object] = {
            "data.size": None,
            **_sides.shape_changes(case.facts),
            "data.valid": valid_share(case.facts.samples),
            "model.encoder.channels": stages,
            "model.decoder.channels": stages[::-1],
        }
        return self.over("swap", changes)

    def most_epochs(self, case: Case) -> int:
        """As measured on 2,000 images."""
        return 150
