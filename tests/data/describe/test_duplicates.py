"""Exact and near duplicates against brute force, on made and on real images."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter
from sklearn.datasets import load_digits

from tests import real
from trasluz.data.describe.duplicates import exact_groups
from trasluz.data.describe.near_duplicates import near_duplicates


@given(st.lists(st.integers(0, 5), min_size=1, max_size=40), st.sampled_from([(1, 1, 1), (3, 2, 1), (4,)]))
@settings(max_examples=50, deadline=None)
def test_groups_are_named_by_their_first_row(values: list[int], shape: tuple[int, ...]) -> None:
    samples = np.array(values, np.float32).reshape(-1, *[1] * len(shape)) * np.ones(shape, np.float32)
    assert exact_groups(samples).tolist() == [values.index(v) for v in values]


def test_rows_that_differ_in_one_pixel_or_end_in_zeros_are_not_equal() -> None:
    samples = np.zeros((300, 5, 5, 1), np.uint8)
    samples[np.arange(300), :, :, 0] = (np.arange(300) % 25 == np.arange(25)[:, None]).T.reshape(300, 5, 5)
    assert len(np.unique(exact_groups(samples))) == 25


def test_mapped_files_are_read_in_chunks(tmp_path: Path) -> None:
    path = tmp_path / "samples.npy"
    samples = np.random.default_rng(0).integers(0, 256, (50, 9, 9, 3), dtype=np.uint8)
    samples[40] = samples[2]
    np.save(path, samples)
    groups = exact_groups(np.load(path, mmap_mode="r"))
    assert groups[40] == 2
    assert len(np.unique(groups)) == 49


def test_no_samples_have_no_groups() -> None:
    assert exact_groups(np.empty((0, 4, 4, 1), np.uint8)).tolist() == []


def pictures(n: int, side: int = 48) -> np.ndarray:
    """Smooth colour noise with a few hard edges: like photographs, no two alike."""
    noise = np.random.default_rng(0)
    made = []
    for _ in range(n):
        small = noise.integers(0, 256, (6, 6, 3), dtype=np.uint8)
        made.append(np.asarray(Image.fromarray(small).resize((side, side), Image.Resampling.BICUBIC)))
    return np.stack(made)


def encoded_again(image: np.ndarray, quality: int) -> np.ndarray:
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "JPEG", quality=quality)
    return np.asarray(Image.open(buffer))


def resized(image: np.ndarray) -> np.ndarray:
    side = image.shape[0]
    return np.asarray(Image.fromarray(image).resize((side // 2, side // 2)).resize((side, side)))


CHANGES = {
    "re-encoded": lambda image: encoded_again(image, 92),
    "resized": resized,
    "brighter": lambda image: np.clip(image * 1.04, 0, 255).astype(np.uint8),
    "smoothed": lambda image: np.asarray(Image.fromarray(image).filter(ImageFilter.GaussianBlur(0.6))),
}


@pytest.mark.parametrize("change", list(CHANGES))
def test_changed_copies_are_found_and_nothing_else(change: str) -> None:
    originals = pictures(300)
    samples = np.concatenate([originals, np.stack([CHANGES[change](image) for image in originals])])
    found = near_duplicates(samples, (0, 255), exact_groups(samples))
    assert (found.pairs[:, 1] - found.pairs[:, 0] == 300).all()
    assert len(found.pairs) >= 297
    assert (np.diff(found.correlation) <= 0).all()


def test_all_that_brute_force_finds_is_found() -> None:
    """Copies with noise of every strength, so that many pairs lie close to the threshold."""
    noise = np.random.default_rng(1)
    originals = pictures(200, 32).astype(float)
    shaken = originals + noise.normal(0, 1, originals.shape) * noise.uniform(0, 12, (200, 1, 1, 1))
    samples = np.clip(np.concatenate([originals, shaken]), 0, 255).astype(np.uint8)
    flat = samples.reshape(400, -1).astype(float)
    correlation = np.corrcoef(flat)
    difference = np.abs(flat[:200] - flat[200:]).mean(1)
    want = {(i, i + 200) for i in range(200) if correlation[i, i + 200] >= 0.9951 and difference[i] <= 12.7}
    found = near_duplicates(samples, (0, 255), exact_groups(samples))
    assert 50 < len(want) < 200
    assert want <= {tuple(pair) for pair in found.pairs.tolist()}


def test_photographs_that_were_encoded_again_are_found() -> None:
    files = sorted((real.cats_dogs() / "valid" / "cats").iterdir())[:60]
    originals = np.stack([np.asarray(Image.open(file).convert("RGB").resize((96, 96))) for file in files])
    samples = np.concatenate([originals, np.stack([encoded_again(image, 50) for image in originals])])
    found = near_duplicates(samples, (0, 255), exact_groups(samples))
    assert (found.pairs[:, 1] - found.pairs[:, 0] == 60).all()
    assert len(found.pairs) >= 58


@pytest.mark.parametrize("name", ["digits", "fashion"])
def test_images_of_one_kind_are_hardly_ever_called_near_duplicates(name: str) -> None:
    samples = (load_digits().images * 15).astype(np.uint8)[..., None] if name == "digits" else fashion()
    found = near_duplicates(samples, (0, 255), exact_groups(samples))
    assert len(found.pairs) <= 0.002 * len(samples)


def fashion() -> np.ndarray:
    with gzip.open(real.fashion_mnist() / "t10k-images-idx3-ubyte.gz") as file:
        return np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 28, 28, 1)


def test_much_brighter_or_inverted_copies_are_other_images() -> None:
    originals = pictures(50) // 2
    for changed in (originals + 100, 255 - originals):
        samples = np.concatenate([originals, changed])
        assert len(near_duplicates(samples, (0, 255), exact_groups(samples)).pairs) == 0


def test_float_images_and_their_range_are_understood() -> None:
    originals = pictures(40).astype(np.float32) / 255
    samples = np.concatenate([originals, originals + 0.002])
    assert len(near_duplicates(samples, (0, 1), exact_groups(samples)).pairs) == 40


def test_many_images_that_are_all_alike_do_not_take_forever() -> None:
    noise = np.random.default_rng(0)
    samples = np.clip(pictures(1) + noise.integers(0, 3, (2000, 48, 48, 3)), 0, 255).astype(np.uint8)
    found = near_duplicates(samples, (0, 255), exact_groups(samples))
    assert len(np.unique(found.pairs)) == 2000


@pytest.mark.parametrize("shape", [(3, 1, 1, 1), (5, 3, 3, 1), (1, 20, 20, 3), (0, 20, 20, 3), (4, 7)])
def test_what_is_too_small_to_compare_has_no_near_duplicates(shape: tuple[int, ...]) -> None:
    samples = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    assert len(near_duplicates(samples, (0, 255), exact_groups(samples)).pairs) == 0


def test_blank_images_are_near_duplicates_of_nothing() -> None:
    samples = np.stack([np.full((20, 20, 1), level, np.uint8) for level in range(100, 140)])
    assert len(near_duplicates(samples, (0, 255), exact_groups(samples)).pairs) == 0


def test_thin_images_are_compared() -> None:
    strip = np.random.default_rng(0).integers(0, 250, (30, 1, 200, 1), dtype=np.uint8)
    samples = np.concatenate([strip, strip + 1])
    assert len(near_duplicates(samples, (0, 255), exact_groups(samples)).pairs) == 30
