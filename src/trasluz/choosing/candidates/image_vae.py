"""New images in little time: a variational autoencoder, whose samples are blurred but soon there."""

from __future__ import annotations

from typing import ClassVar

from trasluz.choosing.candidates import _sides
from trasluz.choosing.candidates.base import BaseCandidate, Case, Purpose, valid_share
from trasluz.messages import N_, _
from trasluz.recipe import Recipe


class Candidate(BaseCandidate):
    """Recipe ``vae-tuned`` with stages by the side, and a longer code for colour."""

    purpose: ClassVar[Purpose] = "generate"
    minutes: ClassVar[float] = 5.0
    told: ClassVar[str] = N_("a variational autoencoder (VAE), which makes images from a few random numbers")

    def fits(self, case: Case) -> bool:
        """Images."""
        return case.facts.kind == "image"

    def reason(self, case: Case) -> str:
        """That a GAN needs more time, or smaller images."""
        return _("because a GAN wants small images, many of them and ten minutes, and this is not all so here")

    def recipe(self, case: Case) -> Recipe:
        """Encoder and decoder mirror each other."""
        stages = _sides.stages(case.facts)
        changes: dict[str, object] = {
            **_sides.shape_changes(case.facts),
            "data.valid": valid_share(case.facts.samples),
            "model.encoder.channels": stages,
            "model.decoder.channels": stages[::-1],
            "model.latent": 10 if case.facts.channels == 1 else 32,
            "train.batch": 128 if case.facts.samples >= 2000 else 32,
        }
        return self.over("vae-tuned", changes)

    def most_epochs(self, case: Case) -> int:
        """Two million images shown, 20 epochs at least and 300 at most."""
        return round(min(max(2_000_000 / max(case.facts.samples, 1), 20), 300))
