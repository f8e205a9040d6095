"""Adversarial losses: what discriminator and generator minimise, one number per image from the discriminator's score.

A score is high for what is taken for real.  ``LOSSES`` holds them by name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor
from torch.nn import functional as F

PerScore = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Adversarial:
    """Three functions from scores ``[n]`` to losses ``[n]``, in float32.

    ``real`` and ``generated`` are the discriminator's, for images of either origin; ``generator`` is the generator's,
    for images that it made.
    """

    real: PerScore
    generated: PerScore
    generator: PerScore


def non_saturating_real(scores: Tensor) -> Tensor:
    """−log σ(s), in nats (Goodfellow et al. 2014, eq. 1)."""
    return F.softplus(-scores.float())


def non_saturating_generated(scores: Tensor) -> Tensor:
    """−log(1 − σ(s)), in nats (Goodfellow et al. 2014, eq. 1)."""
    return F.softplus(scores.float())


def hinge_real(scores: Tensor) -> Tensor:
    """max(0, 1 − s) (Lim & Ye 2017; Miyato et al. 2018, eq. 16)."""
    return F.relu(1 - scores.float())


def hinge_generated(scores: Tensor) -> Tensor:
    """max(0, 1 + s) (Lim & Ye 2017; Miyato et al. 2018, eq. 16)."""
    return F.relu(1 + scores.float())


def hinge_generator(scores: Tensor) -> Tensor:
    """−s (Miyato et al. 2018, eq. 17)."""
    return -scores.float()


LOSSES = {
    # The generator climbs log D instead of descending log(1 − D), whose gradient vanishes (Goodfellow 2014, section 3).
    "non-saturating": Adversarial(non_saturating_real, non_saturating_generated, non_saturating_real),
    "hinge": Adversarial(hinge_real, hinge_generated, hinge_generator),
}
