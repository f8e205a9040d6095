"""How a batch of images lies in memory: its channels side by side (channels last), or one plane after another."""

from __future__ import annotations

import torch
from torch import Tensor


def arrange(images: Tensor, channels_last: bool) -> Tensor:
    """``images`` ``[n, c, h, w]`` in the layout asked for; not copied where it has it already.

    Images of one channel lie the same way in both layouts, and PyTorch tells the layout of a convolution's result
    from the strides alone: with those of a plain tensor, all that follows the first convolution runs on planes, where
    pooling in bf16 is ten times slower.  So their strides are set to those of channels last.
    """
    if images.shape[1] != 1:
        return images.contiguous(memory_format=torch.channels_last if channels_last else torch.contiguous_format)
    count, _one, height, width = images.shape
    planes = images.contiguous().view(count, height, width)
    return planes.unsqueeze(3).permute(0, 3, 1, 2) if channels_last else planes.unsqueeze(1)


def is_channels_last(images: Tensor) -> bool:
    """Whether the strides of ``images`` ``[n, c, h, w]`` are those of channels last."""
    return images.stride(1) == 1
