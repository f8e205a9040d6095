"""Flips and whole-pixel shifts against NumPy's pad, image by image."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from trasluz.data.feed.augment.fill import fold_positions
from trasluz.data.feed.augment.pixels import flip_and_shift

PAD_MODES = {"nearest": "edge", "reflect": "symmetric", "constant": "constant"}


@given(
    shape=st.tuples(st.integers(1, 4), st.integers(1, 12), st.integers(1, 12)),
    reach=st.integers(0, 20),
    fill=st.sampled_from(["nearest", "constant", "reflect"]),
    channels_last=st.booleans(),
    seed=st.integers(0, 1000),
)
@settings(max_examples=80, deadline=None)
def test_shift_is_numpys_pad_and_crop(
    shape: tuple[int, int, int], reach: int, fill: str, channels_last: bool, seed: int
) -> None:
    noise = np.random.default_rng(seed)
    channels, height, width = shape
    images = noise.random((5, channels, height, width), dtype=np.float32)
    shifts = noise.integers(-reach, reach + 1, (2, 5))
    flips = noise.random((2, 5)) < 0.5
    batch = torch.from_numpy(images)
    if channels_last:
        batch = batch.contiguous(memory_format=torch.channels_last)
    got = flip_and_shift(
        batch,
        torch.from_numpy(flips[0]),
        torch.from_numpy(flips[1]),
        torch.from_numpy(shifts[0]),
        torch.from_numpy(shifts[1]),
        fill,  # type: ignore[arg-type]
        0.25,
    )
    for i, image in enumerate(images):
        turned = image[:, :: -1 if flips[0, i] else 1, :: -1 if flips[1, i] else 1]
        options = {"constant_values": 0.25} if fill == "constant" else {}
        padded = np.pad(turned, ((0, 0), (reach, reach), (reach, reach)), PAD_MODES[fill], **options)  # type: ignore[call-overload]
        top, left = reach + shifts[0, i], reach + shifts[1, i]
        np.testing.assert_array_equal(got[i].numpy(), padded[:, top : top + height, left : left + width])


def test_layouts_are_kept() -> None:
    batch = torch.rand(3, 3, 6, 5)
    no, zero = torch.zeros(3, dtype=torch.bool), torch.zeros(3, dtype=torch.int64)
    assert flip_and_shift(batch, no, no, zero, zero, "nearest").is_contiguous()
    last = batch.contiguous(memory_format=torch.channels_last)
    got = flip_and_shift(last, no, no, zero, zero, "nearest")
    assert got.is_contiguous(memory_format=torch.channels_last)
    torch.testing.assert_close(got, batch, atol=0, rtol=0)


@pytest.mark.parametrize("size", [1, 2, 5])
def test_reflection_repeats_the_edge_pixel(size: int) -> None:
    positions = torch.arange(-3 * size, 4 * size)
    want = np.pad(np.arange(size), 3 * size, "symmetric")
    np.testing.assert_array_equal(fold_positions(positions, size, "reflect").numpy(), want)
