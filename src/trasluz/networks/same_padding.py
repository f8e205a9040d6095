"""Strided convolutions padded as TensorFlow's ``same``: what is odd is padded, or cut off, at the right and bottom.

PyTorch pads alike on both sides.  For stride 2 and kernel 3 on even sides TensorFlow pads 0 and 1.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F


class SameConv2d(nn.Conv2d):
    """A convolution that makes ⌈side / stride⌉ of a side."""

    def __init__(self, channels: int, out: int, kernel: int, stride: int) -> None:
        super().__init__(channels, out, kernel, stride)

    def forward(self, maps: Tensor) -> Tensor:
        """``[n, c, h, w]`` → ``[n, out, ⌈h / stride⌉, ⌈w / stride⌉]``."""
        top, bottom = self._pads(maps.shape[2], 0)
        left, right = self._pads(maps.shape[3], 1)
        if (top, left) == (bottom, right):
            return F.conv2d(maps, self.weight, self.bias, self.stride, (top, left))
        return super().forward(F.pad(maps, (left, right, top, bottom)))

    def _pads(self, side: int, axis: int) -> tuple[int, int]:
        kernel, stride = self.kernel_size[axis], self.stride[axis]
        missing = max((-(-side // stride) - 1) * stride + kernel - side, 0)
        return missing // 2, missing - missing // 2


class SameConvTranspose2d(nn.ConvTranspose2d):
    """A transposed convolution that multiplies sides by ``stride`` and cuts them to ``height`` × ``width``.

    The kernel is at least as wide as the stride, so that every output has an input.
    """

    def __init__(self, channels: int, out: int, kernel: int, stride: int, height: int, width: int) -> None:
        super().__init__(channels, out, kernel, stride, padding=(kernel - stride) // 2)
        self.height, self.width = height, width

    def forward(self, maps: Tensor, output_size: list[int] | None = None) -> Tensor:
        """``[n, c, h, w]`` → ``[n, out, height, width]``."""
        return super().forward(maps, output_size)[:, :, : self.height, : self.width]
