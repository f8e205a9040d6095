"""Amounts as colours: rising ones get brighter evenly, signed ones are palest at zero."""

from __future__ import annotations

import numpy as np

from trasluz.draw.amounts import around_zero, rising, scale_bar


def lightness(colours: np.ndarray) -> np.ndarray:
    """CIE L* (1976) of sRGB colours uint8 ``[n, 3]``."""
    part = colours / 255
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    y = linear @ [0.2126, 0.7152, 0.0722]
    return np.where(y > 216 / 24389, 116 * np.cbrt(y) - 16, y * 24389 / 27)


def test_equal_steps_of_an_amount_are_nearly_equal_steps_of_lightness() -> None:
    steps = np.diff(lightness(rising(np.linspace(0, 2, 11), 2.0)))
    assert (steps > 0).all()
    assert steps.max() / steps.min() < 2


def test_signed_amounts_are_palest_at_zero_and_mirror_each_other() -> None:
    found = lightness(around_zero(np.linspace(-1, 1, 21), 1.0))
    assert found.argmax() in (9, 10, 11)
    np.testing.assert_allclose(found, found[::-1], atol=8)


def test_amounts_outside_and_a_scale_of_nothing_are_drawn_at_the_ends() -> None:
    np.testing.assert_array_equal(rising(np.array([9.0, np.nan]), 1.0), rising(np.array([1.0, 0.0]), 1.0))
    np.testing.assert_array_equal(around_zero(np.zeros(3), 0.0), around_zero(np.zeros(3), 1.0))


def test_the_bar_has_the_colours_of_the_map() -> None:
    bar = scale_bar("weight", "−1", "1", diverging=True)
    assert bar.colours[0] == "#{:02x}{:02x}{:02x}".format(*around_zero(np.array([-1.0]), 1.0)[0])
