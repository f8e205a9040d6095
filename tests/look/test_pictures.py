"""Pictures of samples: any number of channels, any size, as bytes that a page can show."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from trasluz.look.pictures import as_pictures, seen


@pytest.mark.parametrize("channels", [2, 5, 7])
def test_channels_that_are_no_colours_are_shown_as_their_mean(channels: int) -> None:
    unit = torch.linspace(0, 1, channels).reshape(1, channels, 1, 1).expand(2, channels, 3, 2)
    assert seen(unit).shape == (2, 3, 2, 1)
    assert set(seen(unit).flatten().tolist()) == {128}


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_colours_stay_as_they_are_and_values_beyond_are_cut(channels: int) -> None:
    unit = torch.tensor([-1.0, 0.2, 3.0]).reshape(1, 1, 1, 3).expand(1, channels, 1, 3)
    np.testing.assert_array_equal(as_pictures(unit)[0, 0], np.array([0, 51, 255])[:, None].repeat(channels, 1))


def test_a_long_strip_is_averaged_down_and_keeps_a_pixel_across() -> None:
    unit = torch.tensor([0.0, 1.0]).repeat(96).reshape(1, 1, 192, 1)
    found = as_pictures(unit)
    assert found.shape == (1, 96, 1, 1)
    assert set(found.ravel().tolist()) == {128}
