"""How far generated images lie from real ones, cheaply enough for every validation: energy distance of their pixels.

2 E‖x − y‖ − E‖x − x′‖ − E‖y − y′‖ (Székely & Rizzo 2013, "Energy statistics", eq. 1) is 0 for equal distributions and
above 0 for all others.  It is taken of pixels after a mean over patches, and set beside E‖x − x′‖ of the real images,
so that it has no unit: 1 is as far as two real images lie apart.  It sees missing kinds of images, wrong shades and
missing contrast, and nothing of textures finer than a patch, for which there is ``trasluz evaluate --classifier``.

Each batch gives an unbiased estimate from all of its pairs, and their mean is the number (the block estimate of
Zaremba et al. 2013, "B-test"), so that neither batches nor processes matter beyond noise.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn import functional as F

from trasluz.messages import N_
from trasluz.metrics.described import Metric

METRICS = {"sample_distance": Metric(N_("Distance of the samples from real images"), "number", "lower")}

_SIDE = 16  # patches along each side
_PAIRS = 1024  # images of a batch that are compared at most: a million distances


def distance_sums(real: Tensor, generated: Tensor) -> dict[str, Tensor]:
    """What a batch adds, ``distance`` and ``distance_scale``: of ``[n, c, h, w]`` in [0, 1], as many of each."""
    count = len(real)
    if count < 2:
        return {name: torch.zeros((), device=real.device) for name in ("distance", "distance_scale")}
    x, y = _patches(real[:_PAIRS]), _patches(generated[:_PAIRS])
    within = _apart(x, x, own=True)
    between = 2 * _apart(x, y) - within - _apart(y, y, own=True)
    return {"distance": between * count, "distance_scale": within * count}


def sample_distance(sums: Mapping[str, Tensor]) -> float:
    """From the sums of all batches; 0 where all real images are the same, an estimate may be slightly negative."""
    scale = float(sums["distance_scale"])
    return float(sums["distance"]) / scale if scale > 0 else 0.0


def _patches(images: Tensor) -> Tensor:
    """``[n, c · side²]``, at most 16 patches along a side."""
    height, width = images.shape[2:]
    if max(height, width) > _SIDE:
        images = F.adaptive_avg_pool2d(images.float(), (min(height, _SIDE), min(width, _SIDE)))
    return images.float().flatten(1)


def _apart(first: Tensor, second: Tensor, own: bool = False) -> Tensor:
    """The mean distance of pairs; of a set's ``own`` pairs those of different images."""
    # The differences themselves: squares and products would lose their digits under a training's low precision.
    total = torch.cdist(first, second, compute_mode="donot_use_mm_for_euclid_dist").sum()
    return total / (len(first) * (len(second) - 1 if own else len(second)))
