"""Dropout whose masks cost little on a CPU.

PyTorch draws its CPU masks one Bernoulli number at a time, which takes half of a small network's training step.
Here a mask is a stretch of one fixed table of 2^23 random values, from a place that is drawn anew for every mask,
so that forward and backward are one multiplication each.  Within a mask all values are independent; two masks of
a run share values where their stretches overlap, but never (in practice) for the same value of a layer.  Masks of
more than an eighth of the table are drawn afresh.  Other devices use their own dropout.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

_LEVELS = 1 << 16
_TABLE = 1 << 23


class Dropout(nn.Module):
    """Sets each value to 0 with probability ``rate`` while training and scales the others by 1 / (1 − rate).

    On a CPU the probability is ``rate`` rounded to 1/65536, and the scale belongs to the rounded one, so that the
    mean is kept.  All masks follow from PyTorch's global CPU generator: one number of it places or seeds one mask.
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
    """A dropout mask of 0 and 1 / (1 − rate) in the shape and number format of ``values`` (on the CPU).

    It has the layout that ``empty_like`` would give it.  Read only: it may be a view of the table.
    """
    count = values.numel()
    strides = torch.empty_like(values, device="meta").stride()
    if count > _TABLE // 8:
        return _mask(count, rate, values.dtype, _seed()).as_strided(values.shape, strides)
    start = int(torch.randint(_TABLE - count + 1, ()))
    return _table(rate, values.dtype).as_strided(values.shape, strides, start)


@cache
def _table(rate: float, dtype: torch.dtype) -> Tensor:
    """The fixed table for one rate and number format: a constant of the program, not of the run."""
    return _mask(_TABLE, rate, dtype, seed=0)


def _mask(count: int, rate: float, dtype: torch.dtype, seed: int) -> Tensor:
    """0 and 1 / (1 − rate) ``[count]``: 16 bits of SFC64 (Doty-Humphrey 2010) decide over one value."""
    cut = round(rate * _LEVELS)
    mask = torch.empty(count, dtype=dtype)
    if cut == _LEVELS:
        return mask.zero_()
    words = np.random.SFC64(seed).random_raw((count + 3) // 4).view(np.int16)[:count]
    torch.ge(torch.from_numpy(words), cut - _LEVELS // 2, out=mask)
    return mask.mul_(_LEVELS / (_LEVELS - cut))


def _seed() -> int:
    """A seed from PyTorch's global CPU generator."""
    return int(torch.randint(2**63 - 1, ()))
