"""Dropout whose masks cost little on a CPU, and follow from a key.

PyTorch draws its CPU masks one Bernoulli number at a time, which takes half of a small network's training step.
Here a mask is a stretch of one fixed table of 2^23 random values, from a place that the key chooses anew for every
mask, so that forward and backward are one multiplication each.  Within a mask all values are independent; two masks of
a run share values where their stretches overlap, but never (in practice) for the same value of a layer.  Masks of
more than an eighth of the table are drawn afresh.  Other devices use their own dropout.

``masks_from(rng)`` says whose masks are drawn inside a block.  Under ``torch.func.vmap`` over a stacked ``rng`` each
member has the masks that it has alone.  Outside of such a block a key is drawn from PyTorch's global generator.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from trasluz.rng import Rng

_LEVELS = 1 << 16
_TABLE = 1 << 23


class _Masks(threading.local):
    """Whose masks a thread draws now, and how many it has drawn in the block."""

    rng: Rng | Callable[[], Rng] | None = None
    drawn: int = 0
    layout: torch.memory_format | None = None


_masks = _Masks()


@contextmanager
def masks_from(rng: Rng | Callable[[], Rng], layout: torch.memory_format | None = None) -> Iterator[None]:
    """Inside, the n-th mask follows from ``rng`` and n; a function that gives it is asked when the first is drawn.

    ``layout``: how a network alone would lay its images in memory, which stacked ones cannot tell from their strides.
    """
    before = (_masks.rng, _masks.drawn, _masks.layout)
    _masks.rng, _masks.drawn, _masks.layout = rng, 0, layout
    try:
        yield
    finally:
        _masks.rng, _masks.drawn, _masks.layout = before


class Dropout(nn.Module):
    """Sets each value to 0 with probability ``rate`` while training and scales the others by 1 / (1 − rate).

    On a CPU the probability is ``rate`` rounded to 1/65536, and the scale belongs to the rounded one, so that the
    mean is kept.
    """

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate
        # Of networks that train side by side with rates of their own: what follows from the rate, as tensors.
        self.cut: Tensor | None
        self.scale: Tensor | None
        self.register_buffer("cut", None, persistent=False)
        self.register_buffer("scale", None, persistent=False)

    def forward(self, values: Tensor) -> Tensor:
        """``values`` of any shape, with the same layout in memory."""
        if not self.training or self.rate == 0:
            return values
        rng = _next()
        if self.cut is not None and self.scale is not None and isinstance(rng.key, Tensor):
            return values * _gathered_by(values, self.cut, self.scale, rng)
        if values.device.type != "cpu" and isinstance(rng.key, int):
            return F.dropout(values, self.rate)
        return values * mask_like(values, self.rate, rng)

    def extra_repr(self) -> str:
        """The rate, for printing."""
        return f"rate={self.rate}"


def own_rates(networks: Sequence[nn.Module]) -> None:
    """Makes networks of one shape, whose dropout may differ in its rates, ready for ``torch.func.vmap``.

    Rates above 0 become tensors that are stacked like weights; ``one_rate_again`` takes them away.
    """
    chains = [[m for m in network.modules() if isinstance(m, Dropout)] for network in networks]
    for together in zip(*chains, strict=True):
        if len({module.rate for module in together}) > 1:
            for module in together:
                cut = round(module.rate * _LEVELS)
                module.cut = torch.tensor(cut)
                module.scale = torch.tensor(_LEVELS / max(_LEVELS - cut, 1) if cut < _LEVELS else 0.0)


def one_rate_again(networks: nn.Module) -> None:
    """Undoes ``own_rates`` for one of them."""
    for module in networks.modules():
        if isinstance(module, Dropout):
            module.cut = module.scale = None


def _next() -> Rng:
    """The key of the next mask."""
    if _masks.rng is None:
        return Rng(int(torch.randint(2**63 - 1, ())))
    if not isinstance(_masks.rng, Rng):  # networks without dropout need no key, whose folding costs every step 5 µs
        _masks.rng = _masks.rng()
    _masks.drawn += 1
    return _masks.rng.child("mask", _masks.drawn)


def mask_like(values: Tensor, rate: float, rng: Rng) -> Tensor:
    """A dropout mask of 0 and 1 / (1 − rate) in the shape and number format of ``values``, from ``rng``.

    It has the layout that ``empty_like`` would give it.  Read only: it may be a view of the table.
    """
    count = values.numel()
    if not isinstance(rng.key, int):
        return _gathered(values, _strides_alone(values), rate, rng)
    strides = torch.empty_like(values, device="meta").stride()
    if count > _TABLE // 8:
        return _mask(count, rate, values.dtype, rng.number("seed")).as_strided(values.shape, strides)
    start = rng.number("place") % (_TABLE - count + 1)
    return _table(rate, values.dtype).as_strided(values.shape, strides, start)


def _strides_alone(values: Tensor) -> tuple[int, ...]:
    """The strides that one member's ``values`` would have without the others between them."""
    if _masks.layout is not None and values.ndim == 4:
        return torch.empty(values.shape, device="meta", memory_format=_masks.layout).stride()
    strides, dense = [0] * values.ndim, 1
    given = torch.empty_like(values, device="meta").stride()
    for axis in sorted(range(values.ndim), key=lambda axis: (given[axis], -axis)):
        strides[axis] = dense
        dense *= values.shape[axis]
    return tuple(strides)


def _gathered(values: Tensor, strides: tuple[int, ...], rate: float, rng: Rng) -> Tensor:
    """The same stretch of the table where its place is a tensor, which no view can follow: one look-up per value.

    Larger masks than the table serves are drawn by counting from the key.
    """
    count, device = values.numel(), values.device
    order = torch.arange(count, device=device).as_strided(values.shape, strides)  # where in memory each value lies
    if count > _TABLE // 8:
        kept = rng.uniform("seed", 0, order.reshape(-1)).reshape(values.shape) >= round(rate * _LEVELS) / _LEVELS
        return kept.to(values.dtype) / (1 - round(rate * _LEVELS) / _LEVELS)
    key = rng.child("place").key
    assert isinstance(key, Tensor), "mask_like() made sure of it"
    start = (key & (2**63 - 1)) % (_TABLE - count + 1)
    return _table_on(rate, values.dtype, device)[order + start.to(device)]


def _gathered_by(values: Tensor, cut: Tensor, scale: Tensor, rng: Rng) -> Tensor:
    """As ``_gathered``, for a rate that is a tensor too."""
    count, device = values.numel(), values.device
    order = torch.arange(count, device=device).as_strided(values.shape, _strides_alone(values))
    if count > _TABLE // 8:
        kept = rng.uniform("seed", 0, order.reshape(-1)).reshape(values.shape) >= cut / _LEVELS
    else:
        key = rng.child("place").key
        assert isinstance(key, Tensor), "the caller made sure of it"
        start = (key & (2**63 - 1)) % (_TABLE - count + 1)
        kept = _words_on(device)[order + start.to(device)] >= cut - _LEVELS // 2
    return kept.to(values.dtype) * scale.to(values.dtype)


@cache
def _words_on(device: torch.device) -> Tensor:
    """The random words that every table is made of."""
    return torch.from_numpy(np.random.SFC64(0).random_raw((_TABLE + 3) // 4).view(np.int16)[:_TABLE]).to(device)


@cache
def _table(rate: float, dtype: torch.dtype) -> Tensor:
    """The fixed table for one rate and number format: a constant of the program, not of the run."""
    return _mask(_TABLE, rate, dtype, seed=0)


@cache
def _table_on(rate: float, dtype: torch.dtype, device: torch.device) -> Tensor:
    """The table where it is looked up, copied there once."""
    return _table(rate, dtype).to(device)


def _mask(count: int, rate: float, dtype: torch.dtype, seed: int) -> Tensor:
    """0 and 1 / (1 − rate) ``[count]``: 16 bits of SFC64 (Doty-Humphrey 2010) decide over one value."""
    cut = round(rate * _LEVELS)
    mask = torch.empty(count, dtype=dtype)
    if cut == _LEVELS:
        return mask.zero_()
    words = np.random.SFC64(seed).random_raw((count + 3) // 4).view(np.int16)[:count]
    torch.ge(torch.from_numpy(words), cut - _LEVELS // 2, out=mask)
    return mask.mul_(_LEVELS / (_LEVELS - cut))
