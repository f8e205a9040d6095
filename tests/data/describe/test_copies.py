from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from trasluz.data.data import Data
from trasluz.data.describe.audit import audit

Pair = tuple[np.ndarray, np.ndarray]
_CLASSES, _EACH = 20, 40


def _signs(noise: float, flips: float = 0.04) -> Pair:
    """Drawn signs of 5×7 pixels, of which some are flipped: many of a class are one picture."""
    draws = np.random.default_rng(0)
    signs = draws.random((_CLASSES, 7, 5)) < 0.5
    labels = draws.permutation(np.repeat(np.arange(_CLASSES), _EACH))
    shown = signs[labels] ^ (draws.random((len(labels), 7, 5)) < flips)
    return (20 + 200 * shown + draws.normal(0, noise, shown.shape)).clip(0, 255).astype(np.uint8), labels


def _pictures(count: int) -> np.ndarray:
    draws = np.random.default_rng(1)
    made = np.stack([gaussian_filter(draws.normal(0, 1, (16, 16)), 2) for _each in range(count)])
    return np.asarray((128 + 160 * made).clip(0, 255).astype(np.uint8))


def _again(images: np.ndarray) -> np.ndarray:
    """As saved once more with a little loss."""
    moved = images.astype(int) + np.random.default_rng(2).integers(-2, 3, images.shape)
    return np.asarray(moved.clip(0, 255).astype(np.uint8))


def _films(shuffled: bool) -> Pair:
    draws, frames = np.random.default_rng(3), []
    for _film in range(8):
        scene = gaussian_filter(draws.normal(0, 1, (30, 30)), 0.7)
        frames += [128 + 80 * np.roll(scene, t // 4, 1)[:20, :20] + draws.normal(0, 1, (20, 20)) for t in range(40)]
    images, labels = np.stack(frames).clip(0, 255).astype(np.uint8), np.repeat(np.arange(8) % 2, 40)
    order = draws.permutation(len(images)) if shuffled else np.arange(len(images))
    return images[order], labels[order]


def _look(pair: Pair, kind: str, valid: np.ndarray | None = None) -> tuple[int, int, int]:
    """Samples of the validation, those alike to training samples, and those that are copies."""
    images, labels = pair
    if valid is None:
        valid = np.sort(np.random.default_rng(4).permutation(len(images))[: len(images) // 4])
    training = np.setdiff1d(np.arange(len(images)), valid)
    data = Data(
        name="made",
        samples=images[..., None],
        kind="image",
        splits={"train": training, "valid": valid},
        labels=labels.astype(np.int64),
        classes=tuple(str(label) for label in range(int(labels.max()) + 1)),
    )
    found = audit(data)[kind]
    return len(valid), found["across"]["train/valid"], found["copies"].get("train/valid", 0)


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (lambda: _signs(1), "near_duplicates"),  # one picture by the dozen
        (lambda: _signs(8), "near_duplicates"),  # noise that brings some pairs under the threshold, and others not
        (lambda: ((_signs(0)[0] > 100).astype(np.uint8) * 255, _signs(0)[1]), "exact_duplicates"),
    ],
)
def test_signs_of_which_a_class_has_a_handful_are_no_copies(make: Callable[[], Pair], kind: str) -> None:
    count, alike, copies = _look(make(), kind)
    assert alike > 0.05 * count
    assert copies < 0.005 * count


@pytest.mark.parametrize("shuffled", [False, True])
def test_frames_of_films_are_copies_in_any_order(shuffled: bool) -> None:
    count, alike, copies = _look(_films(shuffled), "near_duplicates")
    assert alike == copies
    assert copies > 0.9 * count


def test_pictures_stored_twice_are_copies_whichever_way_the_split_fell() -> None:
    images = _pictures(200)
    both = np.concatenate([images, _again(images[:60])])
    _count, alike, copies = _look((both, np.arange(len(both)) % 4), "near_duplicates")
    assert copies == alike
    assert copies >= 15  # of 60 pairs 22 are cut by chance


def test_copies_that_were_planted_among_signs_are_told_from_them() -> None:
    images, labels = _signs(14)
    valid = np.arange(600, 800)
    images[600:650], labels[600:650] = _again(images[:50]), labels[:50]
    _count, alike, copies = _look((images, labels), "near_duplicates", valid)
    assert alike >= 50
    assert 35 <= copies <= 52  # of those in a picture that the class has by the dozen nobody can know


def test_the_same_thing_in_the_same_place_with_noise_of_its_own_is_no_copy() -> None:
    draws = np.random.default_rng(5)
    places = draws.integers(0, 150, 480)
    seen = _pictures(150)[places] + draws.normal(0, 2, (480, 16, 16))
    count, alike, copies = _look((seen.clip(0, 255).astype(np.uint8), places % 3), "near_duplicates")
    assert alike > 0.15 * count
    assert copies == 0
