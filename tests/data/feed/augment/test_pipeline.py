"""Augment as a whole: what is off changes nothing, what is on depends on positions alone."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from trasluz.data.feed.augment import Augment
from trasluz.errors import RecipeError
from trasluz.recipe import AugmentSection
from trasluz.rng import Rng, StepRng

EVERYTHING = AugmentSection(
    flip_horizontal=True,
    flip_vertical=True,
    rotation=40,
    shift=0.2,
    shear=10,
    zoom=0.2,
    zoom_keeps_aspect=False,
    brightness=0.2,
    contrast=0.2,
    saturation=0.2,
    hue=0.1,
    crop_padding=2,
    erasing=0.5,
)
GREY = EVERYTHING.model_copy(update={"saturation": 0.0, "hue": 0.0})


def step(n: int, first: int = 0, seed: int = 0) -> StepRng:
    return Rng(seed).at(1, 2, torch.arange(first, first + n))


def images(*shape: int) -> Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(0))


def test_nothing_asked_for_is_exactly_the_input() -> None:
    batch = images(3, 3, 8, 8)
    assert Augment(AugmentSection())(batch, step(3)) is batch


@given(
    n=st.integers(1, 5),
    channels=st.integers(1, 4),
    height=st.integers(1, 20),
    width=st.integers(1, 20),
    fill=st.sampled_from(["nearest", "constant", "reflect"]),
    affine=st.booleans(),
    channels_last=st.booleans(),
)
@settings(max_examples=80, deadline=None)
def test_any_shape_keeps_shape_range_dtype_and_layout(
    n: int, channels: int, height: int, width: int, fill: str, affine: bool, channels_last: bool
) -> None:
    section = (EVERYTHING if channels >= 3 else GREY).model_copy(update={"fill": fill, "fill_value": 0.4})
    if not affine:
        section = section.model_copy(update={"rotation": 0.0, "shift": 0.0, "shear": 0.0, "zoom": 0.0})
    batch = images(n, channels, height, width)
    layout = torch.channels_last if channels_last else torch.contiguous_format
    batch = batch.contiguous(memory_format=layout)
    before = batch.clone()
    got = Augment(section)(batch, step(n))
    assert got.shape == batch.shape
    assert got.dtype == torch.float32
    assert got.is_contiguous(memory_format=layout)
    assert 0 <= float(got.min()) <= float(got.max()) <= 1
    torch.testing.assert_close(batch, before, atol=0, rtol=0)


def test_augmentation_does_not_depend_on_how_the_batch_is_cut() -> None:
    batch = images(10, 3, 16, 16)
    whole = Augment(EVERYTHING)(batch, step(10))
    parts = torch.cat([Augment(EVERYTHING)(batch[:3], step(3)), Augment(EVERYTHING)(batch[3:], step(7, first=3))])
    torch.testing.assert_close(whole, parts, atol=1e-6, rtol=0)


def test_another_seed_or_epoch_augments_otherwise_and_the_same_one_alike() -> None:
    batch = images(4, 3, 16, 16)
    augment = Augment(EVERYTHING)
    first = augment(batch, step(4))
    assert torch.equal(first, augment(batch, step(4)))
    assert not torch.equal(first, augment(batch, step(4, seed=1)))
    assert not torch.equal(first, augment(batch, Rng(0).at(2, 2, torch.arange(4))))


def test_both_layouts_give_the_same_pixels() -> None:
    batch = images(6, 3, 15, 11)
    augment = Augment(EVERYTHING)
    last = augment(batch.contiguous(memory_format=torch.channels_last), step(6))
    torch.testing.assert_close(augment(batch, step(6)), last, atol=1e-6, rtol=0)


def test_half_of_the_images_are_flipped_and_those_exactly() -> None:
    batch = images(1000, 1, 2, 3)
    got = Augment(AugmentSection(flip_horizontal=True))(batch, step(1000))
    flipped = (got == batch.flip(3)).flatten(1).all(1)
    assert ((got == batch).flatten(1).all(1) ^ flipped).all()
    assert 430 < int(flipped.sum()) < 570


def test_crops_reach_every_offset_equally() -> None:
    position = torch.arange(25.0).reshape(1, 1, 5, 5).expand(2500, 1, 5, 5) / 25
    got = Augment(AugmentSection(crop_padding=2))(position, step(2500))
    centres = (got[:, 0, 2, 2] * 25).round().long()
    counts = torch.bincount(centres, minlength=25)
    assert counts.min() > 60
    assert counts.max() < 145


def test_crop_inside_the_affine_sample_moves_as_the_crop_alone() -> None:
    """A rotation so small that it moves no pixel, so that the two ways can be compared."""
    batch = images(8, 3, 12, 12)
    alone = AugmentSection(crop_padding=3, flip_horizontal=True, flip_vertical=True, fill="reflect")
    both = alone.model_copy(update={"rotation": 1e-6})
    torch.testing.assert_close(Augment(alone)(batch, step(8)), Augment(both)(batch, step(8)), atol=1e-4, rtol=0)


def test_switching_one_change_on_leaves_the_others_draws_alone() -> None:
    batch = images(5, 3, 9, 9)
    plain = Augment(AugmentSection(brightness=0.3))(batch, step(5))
    flipped = Augment(AugmentSection(brightness=0.3, flip_horizontal=True))(batch, step(5))
    same = (plain == flipped) | (plain.flip(3) == flipped)
    assert same.flatten(1).all()


@pytest.mark.parametrize(("keeps", "equal"), [(True, True), (False, False)])
def test_zoom_keeps_the_aspect_only_when_asked(keeps: bool, equal: bool) -> None:
    ramp = torch.linspace(0, 1, 41)
    diagonal = torch.stack([ramp[:, None].expand(41, 41), ramp[None].expand(41, 41)])[None]
    got = Augment(AugmentSection(zoom=0.5, zoom_keeps_aspect=keeps))(diagonal, step(1))
    slope_y = got[0, 0, 21, 20] - got[0, 0, 20, 20]
    slope_x = got[0, 1, 20, 21] - got[0, 1, 20, 20]
    assert bool(torch.isclose(slope_y, slope_x, atol=1e-5)) is equal


def test_rotation_stays_within_its_range() -> None:
    """The angle is read back from the gradient of a ramp at the centre."""
    ramp = torch.linspace(0, 1, 21)
    both = torch.stack([ramp[:, None].expand(21, 21), ramp[None].expand(21, 21)])[None].expand(500, 2, 21, 21)
    got = Augment(AugmentSection(rotation=30))(both, step(500))
    angle = torch.rad2deg(torch.atan2(got[:, 1, 11, 10] - got[:, 1, 10, 10], got[:, 0, 11, 10] - got[:, 0, 10, 10]))
    assert angle.abs().max() <= 30.1
    assert angle.max() > 28
    assert angle.min() < -28
    assert abs(angle.mean()) < 2.5


def test_colour_of_grey_images_is_refused() -> None:
    with pytest.raises(RecipeError, match="saturation"):
        Augment(AugmentSection(saturation=0.2))(images(2, 1, 4, 4), step(2))


def test_a_pair_of_zooms_is_a_range_of_its_own() -> None:
    ramp = torch.linspace(0, 1, 65).expand(1, 1, 65, 65).repeat(400, 1, 1, 1)
    zoomed = Augment(AugmentSection(zoom=(0.5, 0.8)))(ramp, step(400))
    seen = zoomed[:, 0, 32, 48] - zoomed[:, 0, 32, 16]  # half the width of what is seen, in widths of the image
    assert 0.25 <= float(seen.min()) < 0.26
    assert 0.39 < float(seen.max()) <= 0.4


@pytest.mark.parametrize("channels", [1, 3])
def test_inside_bf16_images_change_as_outside(channels: int) -> None:
    unit, augment = images(4, channels, 9, 12), Augment(EVERYTHING if channels == 3 else GREY)
    with torch.autocast("cpu", torch.bfloat16):
        inside = augment(unit, step(4))
    assert inside.dtype == torch.float32
    torch.testing.assert_close(inside, augment(unit, step(4)), rtol=0, atol=0)
