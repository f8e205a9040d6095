"""Cheap signs of a sick generator: samples that hardly differ, and checkerboards.

Summed per batch and turned into numbers at the end, so that neither batches nor processes matter.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from trasluz.messages import N_
from trasluz.metrics.described import Metric

METRICS = {
    "sample_std": Metric(N_("Spread of the samples"), "number", "neither", least=0.0),
    "real_std": Metric(N_("Spread of the real images"), "number", "neither", least=0.0),
    "checkerboard": Metric(N_("Checkerboard index"), "number", "lower", least=0.0),
}

_LEAST = 1e-7  # an amplitude of a twelfth of one of 256 shades, which nobody sees


def statistics(images: Tensor, name: str) -> dict[str, Tensor]:
    """Sums ``name_sum`` and ``name_square`` ``[c, h, w]`` over ``images`` ``[n, c, h, w]`` in [0, 1]."""
    centred = images.float() - 0.5  # small numbers: less is lost when the square of the mean is subtracted
    return {f"{name}_sum": centred.sum(0), f"{name}_square": centred.square().sum(0)}


def nyquist_energy(images: Tensor) -> Tensor:
    """Energy ``[n]`` of what alternates from pixel to pixel along rows and along columns, in squared intensities.

    The squared Fourier coefficient of frequency 1/2, as the mean over the lines of each direction and over channels,
    both directions added; columns that alternate by ±a have a².  Transposed convolutions whose windows overlap
    unevenly leave such patterns (Odena, Dumoulin & Olah 2016).  An odd last line is left out; 0 for sides of one.
    """
    return _alternating(images) + _alternating(images.transpose(2, 3))


def _alternating(images: Tensor) -> Tensor:
    even = images.shape[3] // 2 * 2
    if even == 0:
        return images.new_zeros(len(images), dtype=torch.float32)
    values = images[..., :even].float()
    # Neighbours a and −a differ by 2a.
    energy: Tensor = ((values[..., ::2] - values[..., 1::2]).mean(3) / 2).square().mean((1, 2))
    return energy


def numbers(sums: Mapping[str, Tensor], count: float) -> dict[str, float]:
    """From the sums of ``real`` and ``generated`` images, ``count`` of each.

    ``sample_std``: standard deviation of a pixel over the generated images, as a mean over pixels, in [0, 0.5];
    near 0 every sample is the same.  ``real_std``: the same of the real images.  ``checkerboard``: Nyquist energy of
    the mean generated image in that of the mean real one (10⁻⁷ at least); about 1 where all is well.  The mean image
    keeps what lies at the same place in all samples, as checkerboards do, and loses textures, of which real images
    have more.  Where ``sample_std`` is near 0 the mean image is one sample, and the index says nothing.
    """
    boards = {name: float(nyquist_energy((sums[f"{name}_sum"] / count)[None])) for name in ("real", "generated")}
    return {
        "sample_std": _spread(sums, "generated", count),
        "real_std": _spread(sums, "real", count),
        "checkerboard": boards["generated"] / max(boards["real"], _LEAST),
    }


def _spread(sums: Mapping[str, Tensor], name: str, count: float) -> float:
    mean = sums[f"{name}_sum"] / count
    variance = sums[f"{name}_square"] / count - mean.square()
    return float(variance.clamp_min(0).sqrt().mean())
