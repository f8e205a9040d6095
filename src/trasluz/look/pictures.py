"""Pictures: samples as small images that a result can keep beside its numbers."""

from __future__ import annotations

import numpy as np
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d

from trasluz.look.subject import Subject

_LARGEST = 96


def pictures(subject: Subject, samples: np.ndarray) -> np.ndarray:
    """Stored images as uint8 ``[n, h, w, c]``, averaged down to at most 96 on a side.

    ``c`` is 1, 3 or 4; images of any other number of channels are shown as the mean of them.
    """
    return as_pictures(subject.pixels(samples))


def as_pictures(pixels: Tensor) -> np.ndarray:
    """Images float ``[n, c, h, w]``, cut to [0, 1], as ``pictures`` gives them."""
    height, width = pixels.shape[2:]
    shrink = max(height, width) / _LARGEST
    if shrink > 1:
        size = (max(round(height / shrink), 1), max(round(width / shrink), 1))
        pixels = adaptive_avg_pool2d(pixels.clamp(0, 1), size)
    found: np.ndarray = seen(pixels).cpu().numpy()
    return found


def seen(pixels: Tensor) -> Tensor:
    """Images float ``[n, c, h, w]``, cut to [0, 1], as people see them in full size: uint8 ``[n, h, w, c]``."""
    pixels = pixels.clamp(0, 1)
    shown = pixels if pixels.shape[1] in (1, 3, 4) else pixels.mean(1, keepdim=True)
    return (255 * shown).round().byte().permute(0, 2, 3, 1)
