"""Thumbnails: images small enough that thousands of them fit on a page."""

from __future__ import annotations

import numpy as np
from torch import Tensor
from torch.nn import functional as F

from trasluz.look.subject import Subject
from trasluz.model.evaluation_mode import batch_size_for

_PIXELS = 20_000_000  # of all thumbnails together; a page of 70,000 at 16×16 keeps under it
_LARGE, _SMALL = 32, 16
_FEW = 4000


def thumbnails(
    subject: Subject, rows: np.ndarray | None, samples: np.ndarray | None, like: np.ndarray | None = None
) -> np.ndarray:
    """Rows of the data, or stored samples, as uint8 ``[m, h, w, c]``; none where the data are not images.

    ``c`` is 1, 3 or 4; other numbers of channels become their mean.  No side is above 32 pixels, or 16 beyond 4,000
    images; ``like``: as large as these.  Of so many images that they would hold above 20 million pixels only the first.
    """
    source = subject.data.samples if rows is not None else samples
    if source is None or subject.spec.kind != "image":
        return np.zeros((0, 1, 1, 1), np.uint8)
    chosen = rows if rows is not None else np.arange(len(source))
    height, width = like.shape[1:3] if like is not None else _size(source.shape[1:3], len(chosen))
    chosen = chosen[: _PIXELS // (height * width)]
    step, found = batch_size_for(source), []

    def shrunk(_inputs: Tensor, pixels: Tensor) -> Tensor:
        pixels = pixels if pixels.shape[1] in (1, 3, 4) else pixels.mean(1, keepdim=True)
        return pixels if pixels.shape[2:] == (height, width) else F.interpolate(pixels, (height, width), mode="area")

    for start in range(0, len(chosen), step):
        made = subject.over(np.asarray(source[chosen[start : start + step]]), shrunk)
        found.append(np.rint(made.clip(0, 1) * 255).astype(np.uint8).transpose(0, 2, 3, 1))
    return np.concatenate(found)


def _size(shape: tuple[int, ...], count: int) -> tuple[int, int]:
    """Height and width of a thumbnail: the image's own, or shrunk until the longer side fits."""
    shrink = min(1.0, (_LARGE if count <= _FEW else _SMALL) / max(shape))
    return max(1, round(shape[0] * shrink)), max(1, round(shape[1] * shrink))
