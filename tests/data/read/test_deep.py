"""Images of more than 8 bits: as bright as they were taken, to the last bit, and the same wherever they are met."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.data.conftest import Heard, Open, noise
from trasluz.data.describe.audit_warnings import audit_warnings
from trasluz.data.describe.depth import range_sentence
from trasluz.data.feed.preprocess import Preprocess, fit_preprocess
from trasluz.data.read import decoding
from trasluz.data.read.decode import Pixels, Plan, decode
from trasluz.data.read.deep import FULL, rescaled
from trasluz.data.read.images import load_images
from trasluz.errors import DataError, RecipeError
from trasluz.recipe import DataSection, Recipe
from trasluz.reporting import Reporter

RNG = np.random.default_rng(0)


def deep(count: int, brightest: int, side: int = 6, seed: int = 0) -> np.ndarray:
    """16-bit images ``[n, side, side]`` of which one pixel has that brightness, and none is above it."""
    images = np.random.default_rng(seed).integers(0, brightest, (count, side, side)).astype(np.uint16)
    images[count // 2, 1, 2] = brightest
    return images


def written(folder: Path, images: np.ndarray, suffixes: tuple[str, ...] = ("png", "tif")) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for number, image in enumerate(images):
        Image.fromarray(image).save(folder / f"{number:03}.{suffixes[number % len(suffixes)]}")
    return folder


@pytest.mark.parametrize(
    ("brightest", "high"),
    [(200, 255), (255, 255), (256, 1023), (4080, 4095), (4095, 4095), (4096, 16383), (16384, 65535), (65520, 65535)],
)
def test_the_fewest_bits_that_hold_the_brightest_number_are_the_range(
    brightest: int, high: int, tmp_path: Path, opened: Open
) -> None:
    images = deep(5, brightest)
    data = opened(written(tmp_path / "deep", images))
    assert data.samples.dtype == np.uint16
    np.testing.assert_array_equal(data.samples[..., 0], images)  # to the last bit
    assert (data.value_range, data.file_range) == ((0.0, float(high)), (0.0, float(high)))
    facts = data.audit["range"]
    assert (facts["brightest"], facts["file"]) == (brightest, "002.png")
    assert opened(tmp_path / "deep").value_range == data.value_range  # from the cache


def test_twelve_bits_are_as_bright_as_they_were_taken(tmp_path: Path, opened: Open) -> None:
    taken = noise(6, 8, 8)
    taken[0, 0] = 255
    bright = opened(written(tmp_path / "eight", taken))
    data = opened(written(tmp_path / "twelve", taken.astype(np.uint16) * 16))
    unit = [fit_preprocess(d, DataSection()).to_pixels(_tensor(d.samples)) for d in (bright, data)]
    assert float((unit[0] - unit[1]).abs().max()) == pytest.approx(15 / 4095, abs=1e-6)  # 255 × 16 of 4095
    assert range_sentence(data.audit["range"]) == (
        "12 bits in 16-bit images: read as 0–4095; the brightest pixel is 4080, in 000.png. "
        "data.range chooses otherwise."
    )


def _tensor(samples: np.ndarray) -> Any:
    import torch

    return torch.from_numpy(np.ascontiguousarray(samples))


@pytest.mark.parametrize(
    ("asked", "limits"),
    [
        ("full", (0, 65535)),
        ("14 bits", (0, 16383)),
        ([100, 3000], (100, 3000)),
        ("percentiles 5 95", None),
        ("percentiles 0 100", None),
    ],
)
def test_the_range_can_be_chosen_and_cuts_what_lies_outside(
    asked: Any, limits: tuple[int, int] | None, tmp_path: Path, opened: Open
) -> None:
    images = deep(7, 4000)
    data = opened(written(tmp_path / "deep", images), range=asked)
    if limits is None:
        shares = [float(word) for word in str(asked).split()[1:]]
        low, high = (float(np.percentile(images, share, method="inverted_cdf")) for share in shares)
    else:
        low, high = map(float, limits)
    assert data.value_range == (low, high)
    np.testing.assert_array_equal(data.samples[..., 0], images.clip(int(low), int(high)))


def test_bytes_beside_deeper_images_keep_their_own_white(tmp_path: Path, opened: Open) -> None:
    folder = written(tmp_path / "mixed", deep(4, 4095))
    shallow = noise(3, 6, 6, seed=1)
    for number, image in enumerate(shallow):
        Image.fromarray(image).save(folder / f"{'aaz'[number]}{number}.png")  # before and after the deep ones
    data = opened(folder)
    files = np.array(data.files)
    rows = [int(np.flatnonzero(files == f"{'aaz'[n]}{n}.png")[0]) for n in range(3)]
    np.testing.assert_array_equal(data.samples[rows][..., 0], np.rint(shallow.astype(np.float64) * 4095 / 255))
    others = np.setdiff1d(np.arange(7), rows)
    np.testing.assert_array_equal(data.samples[others][..., 0], deep(4, 4095))
    assert "3 images of 8 bits beside them count from 0 to 255" in range_sentence(data.audit["range"])


def test_deep_images_are_resized_in_their_own_numbers(tmp_path: Path, opened: Open) -> None:
    images = deep(3, 4095, side=16)
    data = opened(written(tmp_path / "deep", images), size=5, channels=3)
    filtered = Image.Resampling.BILINEAR
    expected = [np.rint(np.asarray(Image.fromarray(x.astype(np.float32)).resize((5, 5), filtered))) for x in images]
    for channel in range(3):
        np.testing.assert_array_equal(data.samples[..., channel], expected)
    assert data.value_range == (0.0, 4095.0)  # of the files' brightest pixel, which resizing has dimmed


def test_transparency_asked_for_is_full_opacity(tmp_path: Path, opened: Open) -> None:
    data = opened(written(tmp_path / "deep", deep(3, 900)), channels=4)
    assert (data.samples[..., 3] == 1023).all()


def test_no_file_is_decoded_twice_and_another_range_is_another_entry(
    tmp_path: Path, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[Plan] = []

    def counted(content: bytes, plan: Plan) -> Pixels:
        calls.append(plan)
        return decode(content, plan)

    monkeypatch.setattr(decoding, "decode", counted)
    folder = written(tmp_path / "deep", deep(6, 4000))
    opened(folder, range="percentiles 1 99")
    assert len(calls) == 6
    opened(folder, range="percentiles 1 99")
    assert len(calls) == 6
    first, second = opened(folder), opened(folder, range="full")
    assert len(calls) == 18
    assert first.fingerprint != second.fingerprint
    assert opened(folder, range="12 bits").fingerprint == first.fingerprint  # the same numbers, however they were found


@pytest.mark.parametrize("asked", ["auto", "full", [100, 3000], "percentiles 2 98"])
def test_files_are_predicted_on_as_they_were_trained_on(asked: Any, tmp_path: Path, opened: Open) -> None:
    folder = written(tmp_path / "deep", deep(6, 4000, side=9))
    data = opened(folder, range=asked, size=7)
    preprocess = fit_preprocess(data, DataSection(range=asked))
    loaded = load_images(folder, preprocess, Reporter())
    np.testing.assert_array_equal(loaded.samples, data.samples)
    np.testing.assert_array_equal(load_images(data.samples, preprocess, Reporter()).samples, data.samples)


def test_the_range_of_the_run_counts_not_that_of_new_files(tmp_path: Path, opened: Open) -> None:
    data = opened(written(tmp_path / "deep", deep(6, 4000)))
    preprocess = Preprocess.model_validate(fit_preprocess(data, DataSection()).model_dump(mode="json"))
    dark, bright = deep(2, 200, seed=3), deep(2, 9000, seed=4)
    new = written(tmp_path / "new", np.concatenate([dark, bright]))
    Image.fromarray(np.full((6, 6), 255, np.uint8)).save(new / "zz.png")
    loaded = load_images(new, preprocess, Reporter())
    np.testing.assert_array_equal(loaded.samples[:2, ..., 0], dark)
    np.testing.assert_array_equal(loaded.samples[2:4, ..., 0], bright.clip(0, 4095))
    assert (loaded.samples[4] == 4095).all()  # white of 8 bits is white
    assert (load_images(np.full((1, 6, 6, 1), 255, np.uint8), preprocess, Reporter()).samples == 4095).all()


def test_a_model_of_bytes_takes_deep_files_whole_as_before(tmp_path: Path, opened: Open) -> None:
    images = np.array([[[0, 257, 25700, 65535]]], np.uint16)
    folder = written(tmp_path / "deep", images)
    loaded = load_images(folder, Preprocess(size=(1, 4), channels=1), Reporter())
    np.testing.assert_array_equal(loaded.samples.ravel(), [0, 1, 100, 255])


@pytest.mark.parametrize("brightest", [900, 4095, 65535])
def test_arrays_of_16_bits_are_read_alike(brightest: int, tmp_path: Path, opened: Open) -> None:
    images = deep(5, brightest)
    np.savez(tmp_path / "a.npz", X=images)
    data, files = opened(tmp_path / "a.npz"), opened(written(tmp_path / "deep", images))
    assert data.value_range == files.value_range == data.file_range
    np.testing.assert_array_equal(data.samples, files.samples)
    assert data.audit["range"]["brightest"] == brightest
    window = opened(tmp_path / "a.npz", range=[10, 500])
    np.testing.assert_array_equal(window.samples[..., 0], images.clip(10, 500))
    assert window.fingerprint != data.fingerprint


def test_floats_count_as_they_are_told_to(tmp_path: Path, opened: Open) -> None:
    values = RNG.normal(0, 400, (5, 4, 4)).astype(np.float32)
    np.savez(tmp_path / "a.npz", X=values)
    assert opened(tmp_path / "a.npz").value_range == (float(values.min()), float(values.max()))
    given = opened(tmp_path / "a.npz", range=[-500, 500])
    assert given.value_range == (-500.0, 500.0)
    np.testing.assert_array_equal(given.samples[..., 0], values.clip(-500, 500))
    shares = opened(tmp_path / "a.npz", range="percentiles 10 90").value_range
    assert shares == pytest.approx(tuple(np.percentile(values, [10, 90])))

    folder = written(tmp_path / "floats", values, ("tif",))
    with pytest.raises(DataError, match=r"say from which to which they count with data\.range"):
        opened(folder)
    data = opened(folder, range=[-500, 500])
    assert data.samples.dtype == np.uint8
    np.testing.assert_array_equal(data.samples[..., 0], np.rint((values.clip(-500, 500) + 500) * 0.255))
    preprocess = fit_preprocess(data, DataSection())
    np.testing.assert_array_equal(load_images(folder, preprocess, Reporter()).samples, data.samples)


def test_floats_from_0_to_1_are_whole_without_a_range(tmp_path: Path, opened: Open) -> None:
    values = RNG.random((3, 4, 4)).astype(np.float32)
    data = opened(written(tmp_path / "floats", values, ("tif",)))
    np.testing.assert_array_equal(data.samples[..., 0], np.rint(values.astype(np.float64) * 255))
    assert data.file_range is None


def test_a_part_of_the_range_would_cut_transparency_too(tmp_path: Path, opened: Open) -> None:
    np.savez(tmp_path / "a.npz", X=RNG.integers(0, 4000, (3, 4, 4, 4)).astype(np.uint16))
    assert opened(tmp_path / "a.npz").value_range == (0.0, 4095.0)
    with pytest.raises(DataError, match="has transparency"):
        opened(tmp_path / "a.npz", range=[0, 3000])


def test_a_range_for_bytes_is_said_to_do_nothing(tmp_path: Path, opened: Open, heard: Heard) -> None:
    folder = written(tmp_path / "eight", noise(3, 4, 4))
    data = opened(folder, heard, range="12 bits")
    assert data.value_range == (0.0, 255.0)
    assert any("it is not used" in sentence for sentence in heard.warned)
    assert data.fingerprint == opened(folder).fingerprint


def test_a_hot_pixel_that_makes_all_dark_is_told(tmp_path: Path, opened: Open, heard: Heard) -> None:
    images = deep(20, 4000, side=12)
    images[3, 0, 0] = 65535
    data = opened(written(tmp_path / "deep", images), heard)
    assert data.value_range == FULL
    (told,) = [x for x in audit_warnings(data.audit) if "counts as white" in x]
    usual = int(np.percentile(images, 99.9, method="inverted_cdf"))
    assert f"99.9 % of all pixels are {usual} or darker, but 65535 counts as white" in told
    fixed = opened(tmp_path / "deep", range="12 bits")
    assert not [x for x in audit_warnings(fixed.audit) if "counts as white" in x]


@pytest.mark.parametrize(
    "value", ["auto", "full", "1 bits", "12 bits", "percentiles 0.5 99.5", [0, 4095], [-1000, 2.5]]
)
def test_ranges_that_are_read(value: Any) -> None:
    recipe = Recipe().override({"data.range": value})
    assert Recipe.model_validate(recipe.to_dict()).data.range == recipe.data.range


@pytest.mark.parametrize(
    "value", ["", "12", "17 bits", "0 bits", "percentiles", "percentiles 99 1", [5, 5], [1], "x y z"]
)
def test_ranges_that_are_none_are_refused(value: Any) -> None:
    with pytest.raises(RecipeError, match=r"data\.range"):
        Recipe().override({"data.range": value})


def test_rescaling_rounds_to_whole_numbers_where_there_are_enough(tmp_path: Path) -> None:
    values = np.array([0, 1, 128, 255], np.uint8)
    assert rescaled(values, (0, 255), (0, 255)) is values
    np.testing.assert_array_equal(rescaled(values, (0, 255), (0, 4095)), [0, 16, 2056, 4095])
    assert rescaled(values, (0, 255), (0, 16)).dtype == np.float32
    np.testing.assert_array_equal(rescaled(np.array([9, 99], np.uint16), (10, 50), (10, 50)), [10, 50])
