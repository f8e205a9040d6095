"""Whether a heat map can be believed: what of an image a region holds, and what the model says with and without it.

A region is the smallest set of pixels that holds half of a map's mass.  It is compared with a random one, which is as
coarse as the map, and with the middle of the image, both of as many pixels.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

_MASS = 0.5


def enlarged(maps: Tensor, size: tuple[int, int]) -> Tensor:
    """Maps ``[n, h, w]`` on the image's grid, bilinear: ``[n, height, width]``."""
    return F.interpolate(maps.unsqueeze(1), size, mode="bilinear", align_corners=False).squeeze(1)


def regions(maps: Tensor, size: tuple[int, int], seed: int = 0) -> Tensor:
    """The regions of a map, of a random and of a centred one: bool ``[3, n, height, width]``, in that order.

    ``maps``: float ``[n, h, w]``, not negative.  A map of zeros has an empty region, and so have its rivals.
    """
    values = rivals(maps, size, seed)
    counts = _pixels_of_half(values[0])
    return torch.stack([_largest(each, counts) for each in values])


def rivals(maps: Tensor, size: tuple[int, int], seed: int = 0) -> Tensor:
    """What a map, a random and a centred one are worth at each pixel: float ``[3, n, height, width]``, in that order.

    The random one is as coarse as the map.
    """
    # Drawn on the processor, so that every device sees the same.
    generator = torch.Generator().manual_seed(seed)
    random = torch.rand(maps.shape, generator=generator).to(maps)
    high, wide = (torch.linspace(-1, 1, side, device=maps.device, dtype=maps.dtype) for side in size)
    centred = -(high[:, None] ** 2 + wide[None] ** 2).expand(len(maps), *size)
    return torch.stack([enlarged(maps, size), enlarged(random, size), centred])


def confidences(
    probabilities: Callable[[Tensor], Tensor], inputs: Tensor, masks: Tensor, labels: Tensor
) -> tuple[Tensor, Tensor]:
    """The probability of ``labels`` (int64 ``[n]``) with only a region kept, and with it removed: ``[3, n]`` each.

    ``inputs`` ``[n, c, height, width]`` as the network sees them; what is taken away becomes the mean of its image and
    channel.
    """
    blank = inputs.mean((2, 3), keepdim=True).expand_as(inputs)
    found = []
    with torch.inference_mode():
        for keep in (masks, ~masks):
            images = [torch.where(mask.unsqueeze(1), inputs, blank) for mask in keep]
            found.append(torch.stack([_of(probabilities(image), labels) for image in images]))
    return found[0], found[1]


def _of(probabilities: Tensor, labels: Tensor) -> Tensor:
    return probabilities.gather(1, labels.unsqueeze(1)).squeeze(1)


def _pixels_of_half(maps: Tensor) -> Tensor:
    """How many of its largest pixels hold half of a map's mass: int64 ``[n]``; 0 for a map of zeros."""
    ordered = maps.flatten(1).sort(1, descending=True).values
    needed = _MASS * ordered.sum(1, keepdim=True)
    enough = ordered.cumsum(1) < needed
    # Those before half is reached, and the one that reaches it.
    return torch.where(needed[:, 0] > 0, enough.sum(1) + 1, 0)


def _largest(values: Tensor, counts: Tensor) -> Tensor:
    """The ``counts`` largest of each of ``values`` ``[n, height, width]``: bool of the same shape."""
    return (places(values) < counts.unsqueeze(1)).reshape(values.shape)


def places(values: Tensor) -> Tensor:
    """The place of each of ``values`` ``[n, ...]`` of a row, 0 for the largest: int64 ``[n, all the rest]``."""
    order = values.flatten(1).argsort(dim=1, descending=True, stable=True)
    rank = torch.arange(order.shape[1], device=order.device).expand_as(order)
    # The inverse of the order that sorts them.
    return torch.empty_like(order).scatter_(1, order, rank)
