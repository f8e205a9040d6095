"""What a model says while pixels go or come in the order in which a map ranks them.

Deletion takes the most important ones away first, insertion gives them first to an empty image (Petsiuk, Das and
Saenko 2018, "RISE"); a good map has a small area under the first curve and a large one under the second.
ROAD (Rong et al. 2022) removes them by imputation and asks how often the model is still right.  Each is done for the
map, a random and a centred one (``map_checks.rivals``).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from trasluz.look.checks.imputation import impute
from trasluz.look.checks.map_checks import places, rivals
from trasluz.look.maps.explaining import BATCH_VALUES
from trasluz.rng import Rng

Baseline = Literal["mean", "blur"]
ROAD_SHARES = (0.1, 0.3, 0.5, 0.7, 0.9)
_BLUR = 16  # the longer side over the deviation of the blur


@dataclass(frozen=True)
class Curves:
    """``deletion`` and ``insertion``: float32 ``[3, n, steps + 1]``, the probability of the explained class at shares
    0, 1/steps, …, 1 of the pixels; ``road``: float32 ``[3, n, shares]``, 1 where the model is right with that share
    of ``ROAD_SHARES`` removed.  First the map, then its random and its centred rival.  NaN for a map of zeros, which
    ranks nothing."""

    deletion: np.ndarray
    insertion: np.ndarray
    road: np.ndarray


@dataclass(frozen=True)
class Scorer:
    """The model that is shown the images: ``probabilities`` of inputs, ``normalise`` of images in [0, 1]; the classes
    explained, ``labels`` int64 ``[n]``, and those that are right, ``truth``; ``positions`` int64 ``[n]``: which image
    of all each is, so that the noise it gets does not depend on the batch."""

    probabilities: Callable[[Tensor], Tensor]
    normalise: Callable[[Tensor], Tensor]
    labels: Tensor
    truth: Tensor
    positions: Tensor

    def said(self, images: Tensor) -> Tensor:
        """What the model says of images in [0, 1], ``[o, n, c, h, w]``: float32 ``[o, n, classes]``."""
        size = max(BATCH_VALUES // images[0, 0].numel(), 1)
        with torch.inference_mode():
            parts = [self.probabilities(self.normalise(part)) for part in torch.split(images.flatten(0, 1), size)]
        return torch.cat(parts).float().reshape(*images.shape[:2], -1)

    def sure(self, images: Tensor) -> Tensor:
        """How sure it is of the explained class: ``[o, n]``."""
        said = self.said(images)
        return said.gather(2, self.labels.reshape(1, -1, 1).expand(len(said), -1, 1)).squeeze(2)


def removal_curves(
    judge: Scorer, pixels: Tensor, maps: Sequence[Tensor], *, steps: int, baseline: Baseline
) -> list[Curves]:
    """The curves of each of ``maps`` (``[n, h', w']``, not negative) of images ``pixels`` ``[n, c, h, w]`` in [0, 1].

    All orders are computed together; maps on the same grid share their rivals.
    """
    orders, triples = _orders(maps, (pixels.shape[2], pixels.shape[3]))
    empty = _blurred(pixels) if baseline == "blur" else pixels.mean((2, 3), keepdim=True).expand_as(pixels)
    # Both curves run between the whole image and the empty one, which no order changes.
    first, last = (judge.sure(images.unsqueeze(0)).expand(len(orders), -1) for images in (pixels, empty))
    deletion, insertion = [first], [last]
    for step in range(1, steps):
        gone = (orders < round(step / steps * orders[0, 0].numel())).unsqueeze(2)
        deletion.append(judge.sure(torch.where(gone, empty, pixels)))
        insertion.append(judge.sure(torch.where(gone, pixels, empty)))
    curves = (torch.stack([*deletion, last], 2), torch.stack([*insertion, first], 2), _road(judge, pixels, orders))
    return [_of(each, curves, triple) for each, triple in zip(maps, triples, strict=True)]


def _orders(maps: Sequence[Tensor], size: tuple[int, int]) -> tuple[Tensor, list[tuple[int, int, int]]]:
    """Places of pixels in all orders, int64 ``[o, n, height, width]``; for each map which are its own, the random and
    the centred one."""
    centred = places(rivals(maps[0], size)[2])
    orders, random, found = [centred], dict[torch.Size, int](), list[tuple[int, int, int]]()
    for each in maps:
        own, chance, _centred = rivals(each, size)
        orders.append(places(own))
        at = len(orders) - 1
        if each.shape not in random:
            random[each.shape] = len(orders)
            orders.append(places(chance))
        found.append((at, random[each.shape], 0))
    return torch.stack(orders).reshape(len(orders), len(maps[0]), *size), found


def _of(maps: Tensor, curves: tuple[Tensor, Tensor, Tensor], triple: tuple[int, int, int]) -> Curves:
    """The curves of one map out of all, ``[o, n, points]`` each."""
    # A map of zeros leaves its rivals in force.
    ranks = (maps.flatten(1) > 0).any(1).reshape(-1, 1)
    known = torch.stack([ranks, *(torch.ones_like(ranks),) * 2])
    return Curves(*(torch.where(known, curve[list(triple)], torch.nan).cpu().numpy() for curve in curves))


def _road(judge: Scorer, pixels: Tensor, orders: Tensor) -> Tensor:
    count, rng, found = orders[0, 0].numel(), Rng(0), []
    for step, share in enumerate(ROAD_SHARES):
        # One pixel stays, without which there would be nothing to fill in from.
        missing = orders < min(round(share * count), count - 1)
        noise = rng.normal("road", step, judge.positions, *pixels.shape[1:]).to(pixels)
        filled = torch.stack([impute(pixels, gone, noise) for gone in missing])
        found.append(judge.said(filled).argmax(2) == judge.truth)
    return torch.stack(found, 2).float()


def _blurred(pixels: Tensor) -> Tensor:
    """Images blurred with a Gaussian of 1/16 of the longer side, in which small things can no longer be told."""
    deviation = max(pixels.shape[2:]) / _BLUR
    reach = math.ceil(3 * deviation)
    line = torch.exp(-0.5 * (torch.arange(-reach, reach + 1).to(pixels) / deviation) ** 2)
    line = line / line.sum()
    flat = F.pad(pixels.reshape(-1, 1, *pixels.shape[2:]), (reach,) * 4, mode="replicate")
    found = F.conv2d(F.conv2d(flat, line.reshape(1, 1, 1, -1)), line.reshape(1, 1, -1, 1))
    return found.reshape(pixels.shape)


def areas(curves: np.ndarray) -> np.ndarray:
    """The areas under curves ``[..., points]`` over even places from 0 to 1, by the trapezoidal rule."""
    found: np.ndarray = (curves[..., 1:] + curves[..., :-1]).mean(-1) / 2
    return found
