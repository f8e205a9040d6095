"""The preview shows what training sees, and the stored image beside it."""

from __future__ import annotations

import numpy as np
import torch

from trasluz.data.feed.augment import Augment
from trasluz.data.feed.preprocess import Preprocess
from trasluz.draw.augment_preview import augment_preview, augment_preview_of_several, augmented
from trasluz.recipe import AugmentSection
from trasluz.rng import Rng

SECTION = AugmentSection(rotation=40, shift=0.2, shear=0.2, zoom=0.2, flip_horizontal=True)


def images(n: int, channels: int = 3) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (n, 24, 24, channels), dtype=np.uint8)


def test_versions_are_what_training_would_see_at_these_positions() -> None:
    stored = images(4)
    pixels = torch.from_numpy(stored).permute(0, 3, 1, 2).float() / 255
    want = Augment(SECTION)(pixels, Rng(5).at(0, 0, torch.arange(8, 12)))
    got = augmented(stored, SECTION, Preprocess(), Rng(5), first=8)
    assert np.abs(got.transpose(0, 3, 1, 2) / 255 - want.numpy()).max() <= 0.5 / 255 + 1e-5


def test_preview_of_one_is_a_grid_with_the_stored_image_first() -> None:
    stored = images(1)[0]
    picture = augment_preview(stored, SECTION, Preprocess(), Rng(0))
    assert picture.size[0] == 2 * 10 + 5 * 144 + 4 * 5
    pixels = np.asarray(picture)
    top = picture.size[1] - 10 - (5 * 144 + 4 * 5)
    assert (pixels[top : top + 144, 10:154] == np.kron(stored, np.ones((6, 6, 1), np.uint8))).all()
    assert (pixels[top : top + 144, 159:303] != pixels[top : top + 144, 10:154]).any()


def test_the_same_seed_gives_the_same_preview_and_another_one_another() -> None:
    stored = images(1, channels=1)[0]
    pictures = [augment_preview(stored, SECTION, Preprocess(), Rng(seed), grid=2).tobytes() for seed in (0, 0, 1)]
    assert pictures[0] == pictures[1] != pictures[2]


def test_preview_of_several_has_a_row_each_and_shows_mixup() -> None:
    stored = images(3)
    plain = augment_preview_of_several(
        stored, AugmentSection(), Preprocess(), Rng(0), versions=2, names=["a", "b", "c"]
    )
    assert plain.size[0] == 2 * 10 + 3 * 144 + 2 * 5
    mixed = augmented(stored, AugmentSection(mixup=1.0), Preprocess(), Rng(0))
    assert (mixed != stored).any((1, 2, 3)).all()


def test_stored_images_are_not_changed() -> None:
    stored = images(2)
    before = stored.copy()
    augment_preview_of_several(stored, SECTION, Preprocess(), Rng(0))
    assert (stored == before).all()
