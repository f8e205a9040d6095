"""The kernels of the first convolution as tiles: blue below zero, red above, pale at zero, one scale for all."""

from __future__ import annotations

import math

import numpy as np

from trasluz.draw.amounts import around_zero, scale_bar
from trasluz.draw.looking import Question
from trasluz.draw.names import MINUS, numeral
from trasluz.draw.panel import Gallery, Panel, Tile
from trasluz.look.looks.kernels import KernelsResult
from trasluz.messages import _

QUESTION: Question = "inside"
ORDER = 20
_COLUMNS = 16


def draw(result: KernelsResult) -> tuple[Panel, ...]:
    """One panel: a tile per kernel; of colour images the mean over channels."""
    kernels = result.kernels.mean(1)
    reach = float(np.abs(kernels).max())
    tiles = [_tile(kernel, reach, number) for number, kernel in enumerate(kernels)]
    columns = min(_COLUMNS, math.ceil(math.sqrt(len(tiles))) * 2)
    rows = tuple(tuple(tiles[i : i + columns]) for i in range(0, len(tiles), columns))
    bar = scale_bar(_("weight"), numeral(f"{MINUS}{reach:.2g}"), numeral(f"{reach:.2g}"), diverging=True)
    count, channels, height, width = result.kernels.shape
    alt = _("{n} kernels of {height}×{width} weights of the layer {layer}").format(
        n=count, height=height, width=width, layer=result.layer
    )
    note = _("A kernel answers where the image looks like it: red where it wants light, blue where it wants dark.")
    if channels > 1:
        note += " " + _("Shown is the mean over the {n} channels.").format(n=channels)
    return (Panel(_("Kernels of the first convolution"), Gallery(rows, scales=(bar,)), alt, note),)


def _tile(kernel: np.ndarray, reach: float, number: int) -> Tile:
    return Tile(around_zero(kernel, reach), _("kernel {n}").format(n=number))
