from __future__ import annotations

import pytest

from trasluz.draw.colours import OKABE_ITO, PAPER_SCALE, class_colours


@pytest.mark.parametrize("count", [0, 1, 8, 30])
def test_there_are_as_many_class_colours_as_classes_and_the_first_eight_are_okabe_and_itos(count: int) -> None:
    colours = class_colours(count)
    assert len(colours) == count
    assert colours[:8] == OKABE_ITO[:count]
    assert len(set(colours[:24])) == min(count, 24)


def _lightness(colour: str) -> float:
    """CIE L* of an sRGB colour under D65 (IEC 61966-2-1, CIE 15)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return float(116 * (0.2126 * red + 0.7152 * green + 0.0722 * blue) ** (1 / 3) - 16)


def test_equal_steps_of_the_map_are_equal_steps_of_lightness() -> None:
    first, last = _lightness(PAPER_SCALE[0][1]), _lightness(PAPER_SCALE[-1][1])
    for position, colour in PAPER_SCALE:
        assert _lightness(colour) == pytest.approx(first + position * (last - first), abs=0.2)
