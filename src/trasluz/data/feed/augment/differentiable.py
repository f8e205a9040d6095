"""DiffAugment (Zhao et al. 2020): the same random changes for real and generated images, through which gradients pass.

The discriminator never sees an unchanged image, so that it cannot learn a small training set by heart; the
generator does not learn the changes, because real images carry them too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor

from trasluz.data.feed.augment.pixels import flip_and_shift
from trasluz.rng import StepRng

Change = Literal["colour", "translation", "cutout"]
_LANES = 7  # one column of uniform numbers each: leaving one change out keeps the draws of the others
_SHIFT, _CUT = 1 / 8, 1 / 2  # shares of the side, as in the paper


def diff_augment(images: Tensor, changes: Sequence[Change], rng: StepRng, purpose: str) -> Tensor:
    """``images`` float ``[n, c, h, w]`` in [−1, 1] with the ``changes``, in the order of the paper; same shape.

    ``colour``: brightness ±0.5, saturation ×[0, 2], contrast ×[0.5, 1.5]; values may leave [−1, 1].
    ``translation``: up to an eighth of the side.  ``cutout``: a window of half the side.  What they uncover is 0.
    """
    if not changes:
        return images
    lanes = rng.uniform(purpose, _LANES).unbind(1)
    if "colour" in changes:
        images = _colour(images, *lanes[:3])
    if "translation" in changes:
        images = _translate(images, *lanes[3:5])
    if "cutout" in changes:
        images = _cut_out(images, *lanes[5:])
    return images


def _colour(images: Tensor, brightness: Tensor, saturation: Tensor, contrast: Tensor) -> Tensor:
    images = images + (_each(brightness) - 0.5)
    grey = images.mean(1, keepdim=True)
    images = (images - grey) * (2 * _each(saturation)) + grey
    mean = images.mean((1, 2, 3), keepdim=True)
    return (images - mean) * (_each(contrast) + 0.5) + mean


def _translate(images: Tensor, down: Tensor, right: Tensor) -> Tensor:
    height, width = images.shape[2:]
    never = torch.zeros(len(images), dtype=torch.bool, device=images.device)
    shifts = (_whole(down, height), _whole(right, width))
    return flip_and_shift(images, never, never, *shifts, "constant", 0.0)


def _whole(uniform: Tensor, side: int) -> Tensor:
    """Whole pixels from −reach to reach, all equally likely."""
    reach = int(side * _SHIFT + 0.5)
    return (uniform * (2 * reach + 1)).long() - reach


def _cut_out(images: Tensor, top: Tensor, left: Tensor) -> Tensor:
    rows, columns = (_window(u, side) for u, side in zip((top, left), images.shape[2:], strict=True))
    return images.masked_fill(rows[:, None, :, None] & columns[:, None, None, :], 0.0)


def _window(uniform: Tensor, side: int) -> Tensor:
    """Bool ``[n, side]``: a window of half the side whose centre lies anywhere on it."""
    size = int(side * _CUT + 0.5)
    start = (uniform * (side + 1 - size % 2)).long() - size // 2
    places = torch.arange(side, device=uniform.device) - start[:, None]
    return (places >= 0) & (places < size)


def _each(values: Tensor) -> Tensor:
    """``[n]`` to ``[n, 1, 1, 1]``."""
    return values[:, None, None, None]
