"""Dropout whose masks cost little on a CPU.

PyTorch draws its CPU masks one Bernoulli number at a time, which takes half of a small network's training step.
Here 16 bits of SFC64 (Doty-Humphrey 2010, NumPy's fastest generator) decide over one value, and forward and
backward are one multiplication each.  Other devices use their own dropout.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

_LEVELS = 1 << 16


class Dropout(nn.Module):
    """Sets each value to 0 with probability ``rate`` while training and scales the others by 1 / (1 − rate).

    On a CPU the probability is ``rate`` rounded to 1/65536, and the scale belongs to the rounded one, so that the
    mean is kept.  All masks follow from PyTorch's global CPU generator: one 63-bit number of it seeds one mask.
    """

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate

    def forward(self, values: Tensor) -> Tensor:
        """``values`` of any shape, with the same layout in memory."""
        if not self.training or self.rate == 0:
            return values
        if values.device.type != "cpu":
            return F.dropout(values, self.rate)
        return values * mask_like(values, self.rate)

    def extra_repr(self) -> str:
        """The rate, for printing."""
        return f"rate={self.rate}"


def mask_like(values: Tensor, rate: float) -> Tensor:
    """A dropout mask of 0 and 1 / (1 − rate) in the shape, layout and number format of ``values`` (on the CPU)."""
    cut = round(rate * _LEVELS)
    mask = torch.empty_like(values)
    if cut == _LEVELS:
        return mask.zero_()
    in_memory_order = mask.as_strided((mask.numel(),), (1,))
    torch.ge(_random_words(mask.numel()), cut - _LEVELS // 2, out=in_memory_order)
    return mask.mul_(_LEVELS / (_LEVELS - cut))


def _random_words(n: int) -> Tensor:
    """``n`` uniform int16 numbers, seeded by one draw from PyTorch's global CPU generator."""
    seed = int(torch.randint(2**63 - 1, ()))
    words = np.random.SFC64(seed).random_raw((n + 3) // 4)
    return torch.from_numpy(words.view(np.int16)[:n])
