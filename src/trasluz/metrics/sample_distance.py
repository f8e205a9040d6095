"""How far generated images lie from real ones, cheaply enough for every validation: energy distance of their pixels.

2 E‖x − y‖ − E‖x − x′‖ − E‖y − y′‖ (Székely & Rizzo 2013, "Energy statistics", eq. 1) is 0 for equal distributions and
above 0 for all others.  It is taken of pixels after a mean over patches, and set beside E‖x − x′‖ of the real images,
so that it has no unit: 1 is as far as two real images lie apart.  It sees missing kinds of images, wrong shades and
missing contrast, and nothing of textures finer than a patch, for which there is ``trasluz evaluate --classifier``.

Distances of pairs do not add up over batches; characteristic functions do.  Along a direction the expected distance
is E|z| = (2/π) ∫ (1 − Re φ_z(t)) / t² dt, and its mean over all directions is that of the images but for a factor that
the ratio is free of.  So a batch adds the sums of cos and sin of its images along fixed directions, at fixed t, and
neither batches nor processes matter.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache

import torch
from torch import Tensor
from torch.nn import functional as F

from trasluz.messages import N_
from trasluz.metrics.described import Metric

METRICS = {"sample_distance": Metric(N_("Distance of the samples from real images"), "number", "lower")}

_SIDE = 16  # patches along each side
_DIRECTIONS = 64
_SLOWEST, _FASTEST, _FREQUENCIES = 0.03, 300.0, 40  # of t; projections of pixels in [0, 1] spread over 0.05 to 5
_SEED = 7  # of the directions, which are the same in every epoch and run


def characteristic(images: Tensor, name: str) -> dict[str, Tensor]:
    """The sum ``name_characteristic`` ``[2, frequencies, directions]`` over images ``[n, c, h, w]`` in [0, 1]."""
    kind = images.device.type
    # At the fastest t a rounding in float32 would turn a wave visibly; Apple's graphics cards have nothing longer.
    wide = torch.float32 if kind == "mps" else torch.float64
    with torch.autocast(kind, enabled=False):
        patches = _patches(images).to(wide)
        along = patches @ _directions(patches.shape[1]).to(images.device, wide)
        waves = [torch.stack([(t * along).cos().sum(0), (t * along).sin().sum(0)]) for t in _frequencies()]
    return {f"{name}_characteristic": torch.stack(waves, 1)}


def sample_distance(sums: Mapping[str, Tensor], count: float) -> float:
    """From the sums of ``real`` and ``generated`` images, ``count`` of each: an estimate without bias, which may be
    slightly negative; 0 where there are fewer than two, or all real images are the same."""
    if count < 2:
        return 0.0
    real, made = (sums[f"{name}_characteristic"].double().cpu() / count for name in ("real", "generated"))
    # |φ|² of a sample holds each image's own pair, which is 1, n times.
    within_real, within_made = ((count * one.square().sum(0) - 1) / (count - 1) for one in (real, made))
    apart = _integral(within_real + within_made - 2 * (real * made).sum(0))
    scale = _integral(1 - within_real)
    return apart / scale if scale > 1e-9 else 0.0


def _patches(images: Tensor) -> Tensor:
    """``[n, c · side²]``, at most 16 patches along a side."""
    height, width = images.shape[2:]
    images = images.float()
    if max(height, width) > _SIDE:
        images = F.adaptive_avg_pool2d(images, (min(height, _SIDE), min(width, _SIDE)))
    return images.flatten(1)


@lru_cache(maxsize=8)
def _directions(size: int) -> Tensor:
    """Unit vectors ``[size, directions]``, drawn once for all."""
    drawn = torch.randn(size, _DIRECTIONS, generator=torch.Generator().manual_seed(_SEED))
    return F.normalize(drawn, dim=0)


def _frequencies() -> list[float]:
    """From slow to fast, evenly in their logarithm."""
    step = math.log(_FASTEST / _SLOWEST) / (_FREQUENCIES - 1)
    return [_SLOWEST * math.exp(step * number) for number in range(_FREQUENCIES)]


def _integral(values: Tensor) -> float:
    """∫ v(t) / t² dt over the frequencies, of ``values`` ``[frequencies, directions]``, as a mean over directions.

    Beside the trapezoids in log t: below the slowest v grows with t², above the fastest it is taken to stay.
    """
    places = torch.tensor(_frequencies(), dtype=torch.float64)
    level = values.mean(1)
    inner = torch.trapezoid(level / places, places.log())
    return float(inner + level[0] / places[0] + level[-1] / places[-1])
