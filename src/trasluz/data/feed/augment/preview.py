"""Stored images as training may see them, as bytes for people."""

from __future__ import annotations

import numpy as np
import torch

from trasluz.data.feed.augment.mixing import mixup
from trasluz.data.feed.augment.pipeline import Augment
from trasluz.data.feed.preprocess import Preprocess
from trasluz.recipe import AugmentSection
from trasluz.rng import Rng

_HOW = {"fill", "fill_value", "erasing_area", "zoom_keeps_aspect"}  # fields that change nothing by themselves


def changes(section: AugmentSection) -> bool:
    """Whether training sees anything else than the stored images."""
    return section.model_dump(exclude=_HOW) != AugmentSection().model_dump(exclude=_HOW)


def augmented(
    images: np.ndarray, section: AugmentSection, preprocess: Preprocess, rng: Rng, *, first: int = 0
) -> np.ndarray:
    """Stored ``images`` ``[n, h, w, c]``, augmented as those at positions ``first``… of an epoch; uint8."""
    step = rng.at(0, 0, torch.arange(first, first + len(images)))
    pixels = Augment(section)(preprocess.to_pixels(torch.from_numpy(images.copy())), step)
    if section.mixup:
        (pixels,), _labels = mixup((pixels,), torch.zeros(len(pixels), 1), step, section.mixup)
    return as_bytes(pixels)


def as_bytes(pixels: torch.Tensor) -> np.ndarray:
    """[0, 1] images ``[n, c, h, w]`` as uint8 ``[n, h, w, c]``."""
    return (pixels * 255).round().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1).numpy()
