"""Arithmetic of windows: how large a layer's maps come out, and how much of the image one of their places sees.

A convolution or pooling of window F, stride S, padding P and dilation D makes of a side W the side
⌊(W − D·(F − 1) − 1 + 2P) / S⌋ + 1, which is ⌊(W − F + 2P) / S⌋ + 1 without dilation; a transposed convolution makes
(W − 1)·S − 2P + D·(F − 1) + O + 1 of it (Dumoulin and Visin 2016, "A guide to convolution arithmetic").  The receptive
field grows by D·(F − 1) steps of the layer before, and steps grow by S (Araujo et al. 2019, "Computing receptive
fields of convolutional neural networks", equations 2 and 3), and begins P steps earlier.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction

from torch import nn
from torch.nn.modules.conv import _ConvNd

_CONVOLUTION = nn.Conv1d | nn.Conv2d
_TRANSPOSED = nn.ConvTranspose1d | nn.ConvTranspose2d
_POOL = nn.MaxPool1d | nn.MaxPool2d | nn.AvgPool1d | nn.AvgPool2d


@dataclass(frozen=True)
class Window:
    """One axis of a layer with a sliding window. ``before`` and ``after``: padding on the two ends, in places."""

    size: int
    stride: int = 1
    before: int = 0
    after: int = 0
    dilation: int = 1
    output_padding: int = 0
    transposed: bool = False
    ceil: bool = False

    @property
    def span(self) -> int:
        """Places from the first to the last tap of the window."""
        return self.dilation * (self.size - 1) + 1


@dataclass(frozen=True)
class View:
    """What one place of a map sees along one axis: ``field`` pixels of the image, from the pixel ``start`` on for the
    first place (negative in the padding); neighbours lie ``step`` apart.  ``margin``: behind a transposed convolution
    places see different parts of a stretch that is so much longer than ``field``."""

    field: Fraction = Fraction(1)
    step: Fraction = Fraction(1)
    start: Fraction = Fraction(0)
    margin: Fraction = Fraction(0)

    def crop(self, place: int, side: int) -> tuple[int, int]:
        """The first pixel of ``side`` pixels that ``place`` sees, and the one after the last."""
        first = self.start + place * self.step
        after = first + self.field + self.margin
        return min(max(math.floor(first), 0), side), max(min(math.ceil(after), side), 0)


def windows_of(module: nn.Module) -> tuple[Window, ...]:
    """The windows of a convolution or pooling, height before width; empty for any other layer."""
    axes = 1 if isinstance(module, nn.Conv1d | nn.ConvTranspose1d | nn.MaxPool1d | nn.AvgPool1d) else 2
    if isinstance(module, _CONVOLUTION | _TRANSPOSED):
        return tuple(_convolution(module, axis) for axis in range(axes))
    if isinstance(module, _POOL):
        return tuple(_pool(module, axis, axes) for axis in range(axes))
    return ()


def windows_used(module: nn.Module, given: tuple[int, ...], gives: tuple[int, ...]) -> tuple[Window, ...]:
    """The windows as they made of maps of shape ``given`` maps of shape ``gives``, whose last numbers are the sides.

    A layer that pads its maps by itself, as those do that follow TensorFlow's "same" (as many places as strides fit
    into the side, the odd one behind), does not say so in its fields, but its sides do.  Empty where no padding that is
    known explains them, and for layers without windows.
    """
    declared = windows_of(module)
    if not declared:
        return ()
    sides = zip(given[-len(declared) :], gives[-len(declared) :], declared, strict=True)
    found = [_used(before, after, window) for before, after, window in sides]
    return tuple(window for window in found if window is not None) if None not in found else ()


def _used(side: int, found: int, window: Window) -> Window | None:
    if side_after(side, window) == found:
        return window
    if window.transposed or window.ceil or found != math.ceil(side / window.stride):
        return None
    total = max((found - 1) * window.stride + window.span - side, 0)
    return replace(window, before=total // 2, after=total - total // 2)


def side_after(side: int, window: Window) -> int:
    """The side of the map that a layer makes of a map of ``side``; below 1 where the window does not fit."""
    both = window.before + window.after
    if window.transposed:
        return (side - 1) * window.stride - both + window.span - 1 + window.output_padding + 1
    free = side - window.span + both
    if not window.ceil:
        return free // window.stride + 1
    found = math.ceil(free / window.stride) + 1
    # PyTorch leaves out a last window that would begin in the padding after the map.
    return found - 1 if (found - 1) * window.stride >= side + window.before else found


def written(side: int, window: Window) -> str:
    """The same with its numbers filled in, such as ``⌊(28 − 5 + 2·2) / 1⌋ + 1 = 28``."""
    found = side_after(side, window)
    span = str(window.size) if window.dilation == 1 else f"{window.dilation}·({window.size} − 1) − 1"
    if window.transposed:
        reach = window.size if window.dilation == 1 else f"{window.dilation}·({window.size} − 1) + 1"
        extra = f" + {window.output_padding}" if window.output_padding else ""
        return f"({side} − 1)·{window.stride} − {_padding(window)} + {reach}{extra} = {found}"
    low, high = ("⌈", "⌉") if window.ceil else ("⌊", "⌋")
    whole = f"{low}({side} − {span} + {_padding(window)}) / {window.stride}{high} + 1"
    left_out = (
        window.ceil and math.ceil((side - window.span + window.before + window.after) / window.stride) + 1 > found
    )
    return f"{whole}{' − 1' if left_out else ''} = {found}"


def seen_through(view: View, window: Window) -> View:
    """What a place sees after the layer, from what one sees before it."""
    if not window.transposed:
        start = view.start - window.before * view.step
        return View(view.field + (window.span - 1) * view.step, view.step * window.stride, start, view.margin)
    # Only taps that fall on the same remainder modulo the stride meet in one place.
    apart = window.stride // math.gcd(window.stride, window.dilation)
    taps = (window.size - 1) // apart + 1
    between = (taps - 1) * apart * window.dilation // window.stride
    start = view.start + Fraction(window.before - window.span + 1, window.stride) * view.step
    margin = view.margin + (Fraction(window.span - 1, window.stride) - between) * view.step
    return View(view.field + between * view.step, view.step / window.stride, start, margin)


def _padding(window: Window) -> str:
    if window.before == window.after:
        return f"2·{window.before}"
    return f"({window.before} + {window.after})"


def _convolution(module: _ConvNd, axis: int) -> Window:
    size, dilation = module.kernel_size[axis], module.dilation[axis]
    total = dilation * (size - 1)
    if module.padding == "same":
        before, after = total // 2, total - total // 2
    else:
        before = after = 0 if isinstance(module.padding, str) else module.padding[axis]  # "valid"
    transposed = isinstance(module, _TRANSPOSED)
    extra = module.output_padding[axis] if transposed else 0
    return Window(size, module.stride[axis], before, after, dilation, extra, transposed)


def _pool(module: _POOL, axis: int, axes: int) -> Window:
    def of(value: int | tuple[int, ...]) -> int:
        return value[axis] if isinstance(value, tuple | list) else value

    padding = of(module.padding)
    return Window(
        size=of(module.kernel_size),
        stride=of(module.stride),
        before=padding,
        after=padding,
        dilation=of(getattr(module, "dilation", 1)),
        ceil=bool(module.ceil_mode),
    )
