"""Whether images may be mirrored: told right of made images whose truth is known."""

from __future__ import annotations

import numpy as np

from tests.choosing.made import bars
from trasluz.choosing.mirror import ALIKE, mirrored_share
from trasluz.data.arrays import from_arrays
from trasluz.data.opening import open_data
from trasluz.recipe import DataSection


def _share(images: np.ndarray, labels: list[str] | None) -> float | None:
    return mirrored_share(open_data(DataSection(valid=0.1), 0, arrays=from_arrays(images, labels)))


def test_left_and_right_change_places_and_top_and_bottom_do_not() -> None:
    across, upright = _share(*bars(60, ("left", "right"))), _share(*bars(60, ("top", "bottom")))
    assert across == 0.0
    assert upright == 1.0
    assert across < ALIKE <= upright


def test_nothing_is_said_of_images_without_labels() -> None:
    assert _share(bars(30, ("left", "right"))[0], None) is None


def test_scikit_learns_digits_must_not_be_mirrored() -> None:
    share = mirrored_share(open_data(DataSection(source="digits"), 0))
    assert share is not None
    assert share < ALIKE
