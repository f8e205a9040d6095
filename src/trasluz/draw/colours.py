"""Colours that everyone can tell apart: Okabe & Ito's palette for classes, perceptually uniform maps for amounts.

Okabe & Ito (2008), "Color Universal Design", https://jfly.uni-koeln.de/color/.  In a perceptually uniform map
equal steps of the value are equal steps of lightness (CIE L*, 1976).
"""

from __future__ import annotations

import colorsys
from dataclasses import dataclass

BLUE = "#0072B2"
VERMILLION = "#D55E00"
GREEN = "#009E73"
PURPLE = "#CC79A7"
ORANGE = "#E69F00"
SKY = "#56B4E9"
YELLOW = "#F0E442"
GREY = "#7F8790"
OKABE_ITO = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY, YELLOW, GREY)

TRAIN, VALID, TEST = BLUE, VERMILLION, GREEN
SPLITS = {"train": TRAIN, "train_eval": TRAIN, "valid": VALID, "test": TEST}

# White to deep blue, for cells that carry text; each stop lies where its lightness falls on a straight line.
PAPER_SCALE = ((0.0, "#ffffff"), (0.188, "#cfe0ee"), (0.414, "#92bcdc"), (0.688, "#4a90c2"), (1.0, "#0b5d96"))


@dataclass(frozen=True)
class Theme:
    """The colours of a figure that are not data."""

    ink: str
    grid: str
    axis: str


LIGHT = Theme(ink="#2a2d33", grid="#e6e3dc", axis="#b9b5ab")


def class_colours(count: int) -> tuple[str, ...]:
    """``count`` colours, the first eight safe for colour-blind readers.

    Beyond eight no palette stays safe: the palette repeats at other lightnesses, so figures also name the class.
    """
    rounds = [_lightened(colour, 0.18 * turn) for turn in range(-(-count // len(OKABE_ITO))) for colour in OKABE_ITO]
    return tuple(rounds[:count])


def _lightened(colour: str, amount: float) -> str:
    """``colour`` with its lightness moved towards the other end by ``amount`` (wrapping inside 0.2…0.9)."""
    if amount == 0:
        return colour
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    hue, light, saturation = colorsys.rgb_to_hls(red, green, blue)
    light = 0.2 + (light - 0.2 + amount) % 0.7
    return "#" + "".join(f"{round(255 * part):02X}" for part in colorsys.hls_to_rgb(hue, light, saturation))
