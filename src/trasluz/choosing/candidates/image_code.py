"""Images without classes: a convolutional autoencoder whose code is as long as PCA needs for most of the variance."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from trasluz.choosing.candidates import _sides
from trasluz.choosing.candidates.base import BaseCandidate, Case, Purpose, stopping, valid_share
from trasluz.data.data import Data
from trasluz.messages import N_, _
from trasluz.recipe import Recipe
from trasluz.rng import Rng

VARIANCE = 0.95  # of the training images, that the code's size keeps as principal components
_SMALLEST, _LONGEST = 8, 256  # numbers of a code
_MOST = 500  # images, whose inner products are a matrix


class Candidate(BaseCandidate):
    """Recipe ``conv-autoencoder-tuned`` with stages by the side."""

    purpose: ClassVar[Purpose] = "reconstruct"
    minutes: ClassVar[float] = 3.0
    told: ClassVar[str] = N_(
        "a convolutional autoencoder, which makes each image again from the few numbers that hold 95 % of what varies"
    )

    def fits(self, case: Case) -> bool:
        """Images."""
        return case.facts.kind == "image"

    def reason(self, case: Case) -> str:
        """That there is nothing to tell apart, or that it was asked for."""
        if case.facts.labels:
            return _("because images are to be made again from a short code")
        return _("because these images have no two classes to tell apart")

    def recipe(self, case: Case) -> Recipe:
        """Encoder and decoder mirror each other."""
        stages = _sides.stages(case.facts)
        changes: dict[str, object] = {
            **_sides.shape_changes(case.facts),
            "data.valid": valid_share(case.facts.samples),
            "model.encoder.channels": stages,
            "model.decoder.channels": stages[::-1],
            "train.batch": 128 if case.facts.samples >= 2000 else 32,
        }
        return self.over("conv-autoencoder-tuned", changes)

    def settled(self, recipe: Recipe, data: Data) -> Recipe:
        """The code's length from the training images; it stops where validation grows worse."""
        return recipe.override({"model.encoder.code": code_length(data), **stopping(data)})

    def most_epochs(self, case: Case) -> int:
        """Two million images shown, 20 epochs at least and 300 at most."""
        return round(min(max(2_000_000 / max(case.facts.samples, 1), 20), 300))


def code_length(data: Data) -> int:
    """How many principal components of (at most 500) training images keep 95 % of their variance; 8 to 256."""
    rows = data.split("train")
    rows = rows[Rng(0).permutation("code", 0, len(rows)).numpy()[:_MOST]]
    flat = data.samples[rows].reshape(len(rows), -1).astype(np.float32)
    flat -= flat.mean(axis=0)
    variances = np.linalg.eigvalsh((flat @ flat.T).astype(np.float64))[::-1].clip(min=0)
    if variances.sum() == 0:
        return _SMALLEST
    needed = int(np.searchsorted(np.cumsum(variances) / variances.sum(), VARIANCE)) + 1
    return int(np.clip(needed, _SMALLEST, _LONGEST))
