"""A transposed convolution that doubles a side, or gives one row more, exactly: how images of any size are grown."""

from __future__ import annotations

from torch import nn


def doubling(
    channels: int, out: int, kernel: int, sides: tuple[int, int], target: tuple[int, int], bias: bool = True
) -> nn.ConvTranspose2d:
    """A stride-2 transposed convolution from maps of ``sides`` to maps of ``target``, each twice as long or one more.

    Without padding the side is 2·(side − 1) + kernel; padding p cuts 2p, output padding gives back up to one.
    """
    padding, extra = [], []
    for side, goal in zip(sides, target, strict=True):
        beyond = 2 * (side - 1) + kernel - goal
        padding.append(max(0, (beyond + 1) // 2))
        extra.append(2 * padding[-1] - beyond)
    return nn.ConvTranspose2d(channels, out, kernel, 2, (padding[0], padding[1]), (extra[0], extra[1]), bias=bias)
