"""Random erasing (Zhong et al. 2020, "Random Erasing Data Augmentation"): one rectangle of an image is painted over."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

_ASPECT = (0.3, 3.3)  # the paper's r1, and 1 / r1


@dataclass(frozen=True)
class ErasingDraws:
    """Uniform numbers in [0, 1), float32 ``[n]`` each: whether, how large, how slender, and where."""

    happens: Tensor
    area: Tensor
    aspect: Tensor
    top: Tensor
    left: Tensor


def erase(
    images: Tensor, u: ErasingDraws, probability: float, area: tuple[float, float], value: float | None
) -> Tensor:
    """``images`` ``[n, c, h, w]`` with a rectangle painted over in a share ``probability`` of them; same layout.

    The rectangle covers a uniform share of the image between the two of ``area``; height over width is drawn
    log-uniformly from 0.3 to 3.3; a side longer than the image is cut to it (the paper draws again).  It is
    painted with ``value``, or with each channel's own mean when that is ``None``.
    """
    height, width = images.shape[2:]
    low, high = math.log(_ASPECT[0]), math.log(_ASPECT[1])
    pixels = (area[0] + u.area * (area[1] - area[0])) * (height * width)
    slender = torch.exp(0.5 * (low + u.aspect * (high - low)))
    happens = u.happens < probability
    rows = _span(torch.sqrt(pixels) * slender, u.top, height) & happens[:, None]
    columns = _span(torch.sqrt(pixels) / slender, u.left, width)
    inside = rows[:, None, :, None] & columns[:, None, None, :]
    if value is not None:
        return images.masked_fill(inside, value)
    return torch.where(inside, images.mean(dim=(2, 3), keepdim=True), images)


def _span(length: Tensor, start: Tensor, size: int) -> Tensor:
    """Bool ``[n, size]``: ``length`` pixels (rounded, at most ``size``) at a position uniform among those that fit."""
    whole = length.round().clamp(max=size)
    first = torch.floor(start * (size - whole + 1))
    positions = torch.arange(size, device=length.device)
    return (positions >= first[:, None]) & (positions < (first + whole)[:, None])
