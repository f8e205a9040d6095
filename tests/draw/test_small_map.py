"""The small map: every point in its place and colour, up is up, as high as the map but never lower than half."""

from __future__ import annotations

import numpy as np

from trasluz.draw.small_map import small_map

RED, BLUE = "#ff0000", "#0000ff"


def test_points_stand_where_they_belong_in_the_colours_of_their_kinds() -> None:
    picture = small_map(np.array([[0.0, 0.0], [10.0, 10.0]]), np.array([0, 1]), (RED, BLUE), 100)
    assert picture.shape == (100, 100, 4)
    assert tuple(picture[96, 3]) == (255, 0, 0, 255), "low and left"
    assert tuple(picture[3, 96]) == (0, 0, 255, 255), "high and right"
    assert picture[50, 50, 3] == 0, "the rest is clear"


def test_a_flat_map_is_half_as_high_as_wide_and_one_point_is_a_map() -> None:
    flat = small_map(np.array([[0.0, 0.0], [10.0, 0.1]]), np.array([0, -1]), (RED,), 100)
    assert flat.shape == (50, 100, 4)
    one = small_map(np.zeros((1, 2)), np.array([0]), (RED,), 100)
    assert (one[..., 3] > 0).any()
