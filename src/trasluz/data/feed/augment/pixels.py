"""Flips and shifts by whole pixels, which need no interpolation: one gather over the batch."""

from __future__ import annotations

import torch
from torch import Tensor

from trasluz.data.feed.augment.fill import Fill, fold_positions


def flip_and_shift(
    images: Tensor, flip_y: Tensor, flip_x: Tensor, shift_y: Tensor, shift_x: Tensor, fill: Fill, value: float = 0.0
) -> Tensor:
    """Pixel (r, c) of each output is pixel (r + shift_y, c + shift_x) of its possibly flipped input, exactly.

    ``images`` ``[n, c, h, w]``; flips bool ``[n]``; shifts int64 ``[n]``, of any size.  The layout is kept.
    """
    height, width = images.shape[2:]
    rows, outside_y = _positions(height, flip_y, shift_y, fill)
    columns, outside_x = _positions(width, flip_x, shift_x, fill)
    taken = _take(images, rows, columns)
    if fill != "constant":
        return taken
    outside = outside_y[:, None, :, None] | outside_x[:, None, None, :]
    return taken.masked_fill_(outside, value)


def _positions(size: int, flip: Tensor, shift: Tensor, fill: Fill) -> tuple[Tensor, Tensor]:
    """Input positions ``[n, size]`` in [0, size), and which of them lay outside."""
    moved = torch.arange(size, device=shift.device) + shift[:, None]
    outside = (moved < 0) | (moved >= size)
    inside = fold_positions(moved, size, fill)
    return torch.where(flip[:, None], size - 1 - inside, inside), outside


def _take(images: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """``images[i, :, rows[i], columns[i]]`` as an outer product, in the images' own layout."""
    n, channels, height, width = images.shape
    if images.is_contiguous():
        pixels = (rows[:, :, None] * width + columns[:, None, :]).reshape(n, 1, height * width)
        return images.reshape(n, channels, -1).gather(2, pixels.expand(-1, channels, -1)).reshape(images.shape)
    first = torch.arange(n, device=images.device)[:, None] * height
    pixels = ((first + rows)[:, :, None] * width + columns[:, None, :]).flatten()
    flat = images.permute(0, 2, 3, 1).reshape(-1, channels)
    return flat.index_select(0, pixels).reshape(n, height, width, channels).permute(0, 3, 1, 2)
