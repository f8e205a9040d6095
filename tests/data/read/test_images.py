"""Images for prediction: prepared exactly as the training images were."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import numpy as np
import pytest

from tests.data.conftest import Encode, Heard, Open, noise
from tests.data.sources.test_archive import pack
from trasluz.data.feed.preprocess import Preprocess
from trasluz.data.read.images import load_images
from trasluz.data.sources.base import locate
from trasluz.errors import DataError
from trasluz.reporting import Reporter

GREY = Preprocess(size=(4, 5), channels=1)


@pytest.fixture
def photos(tmp_path: Path, encode: Encode) -> Path:
    """Three images of different sizes in two folders, a broken one and a text."""
    (tmp_path / "p" / "ñ 1").mkdir(parents=True)
    for number, path in enumerate(["ñ 1/b.png", "a.png", "c.png"]):
        (tmp_path / "p" / path).write_bytes(encode(noise(8 + number, 9, 3, seed=number)))
    (tmp_path / "p" / "broken.png").write_bytes(b"?")
    (tmp_path / "p" / "readme.txt").write_text("?")
    return tmp_path / "p"


@pytest.mark.parametrize("rule", ["stretch", "fit", "crop"])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_files_are_prepared_as_training_images_are(photos: Path, opened: Open, rule: str, channels: int) -> None:
    fields = {"size": (4, 5), "channels": channels, "resize": rule}
    (photos / "c.png").rename(photos / "ñ 1" / "c.png")
    (photos / "a.png").rename(photos / "ñ 1" / "a.png")
    (photos / "broken.png").unlink()
    trained = opened(photos, **fields)
    loaded = load_images(photos, Preprocess(**fields), Reporter())
    assert [Path(file).name for file in loaded.files] == [Path(file).name for file in trained.files or ()]
    np.testing.assert_array_equal(loaded.samples, trained.samples)


def test_what_cannot_be_read_is_listed_and_the_rest_stays_in_order(photos: Path, heard: Heard) -> None:
    paths = [photos / "c.png", photos / "broken.png", str(photos / "a.png"), photos / "readme.txt"]
    loaded = load_images(paths, GREY, heard)
    assert loaded.files == (str(photos / "c.png"), str(photos / "a.png"))
    assert {file: reason.split(",")[0] for file, reason in loaded.unreadable} == {
        str(photos / "broken.png"): "not an image",
        str(photos / "readme.txt"): "not an image",
    }
    assert ("Decoding", 4) in heard.tasks


def test_a_single_path_and_an_archive_are_taken(photos: Path, tmp_path: Path) -> None:
    assert load_images(photos / "a.png", GREY, Reporter()).samples.shape == (1, 4, 5, 1)
    content = {"x/a.png": (photos / "a.png").read_bytes(), "x/c.png": (photos / "c.png").read_bytes()}
    loaded = load_images([pack(tmp_path / "p.zip", content), photos / "a.png"], GREY, Reporter())
    assert loaded.samples.shape == (3, 4, 5, 1)
    np.testing.assert_array_equal(loaded.samples[0], loaded.samples[2])


def test_nothing_readable_gives_no_samples(photos: Path) -> None:
    loaded = load_images([photos / "broken.png"], GREY, Reporter())
    assert loaded.samples.shape == (0, 4, 5, 1)
    assert len(loaded.unreadable) == 1


@pytest.mark.parametrize("path", ["nowhere.png", "no/where"])
def test_a_path_that_does_not_exist_is_named(path: str) -> None:
    with pytest.raises(DataError, match=path):
        load_images(path, GREY, Reporter())


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="no images here"):
        load_images(tmp_path / "empty", GREY, Reporter())


def test_files_come_in_the_range_of_the_training_samples(tmp_path: Path, encode: Encode) -> None:
    (tmp_path / "1.png").write_bytes(encode(np.array([[0, 51, 255]], np.uint8)))
    preprocess = Preprocess(size=(1, 3), channels=1, low=0, high=16)
    found = load_images(tmp_path / "1.png", preprocess, Reporter()).samples
    np.testing.assert_allclose(found.ravel(), [0, 3.2, 16], rtol=1e-6)


@pytest.mark.parametrize("shape", [(4, 5), (4, 5, 1), (7, 4, 5), (7, 4, 5, 1), (7, 8, 10, 3)])
def test_arrays_of_any_axes_are_brought_to_shape(shape: tuple[int, ...]) -> None:
    loaded = load_images(noise(*shape), GREY, Reporter())
    assert loaded.samples.shape == (7 if shape[0] == 7 else 1, 4, 5, 1)
    assert len(loaded.files) == len(loaded.samples)


def test_arrays_that_fit_are_not_changed() -> None:
    pixels = noise(3, 4, 5, 1)
    np.testing.assert_array_equal(load_images(pixels, GREY, Reporter()).samples, pixels)


def test_floats_in_zero_to_one_are_taken_as_such() -> None:
    units = np.linspace(0, 1, 20).reshape(1, 4, 5, 1)
    np.testing.assert_allclose(load_images(units, GREY, Reporter()).samples, units * 255, rtol=1e-6)
    unit_model = Preprocess(size=(4, 5), channels=1, low=0, high=1)
    np.testing.assert_allclose(load_images(units, unit_model, Reporter()).samples, units)
    pixels = noise(1, 4, 5, 1)
    np.testing.assert_allclose(load_images(pixels, unit_model, Reporter()).samples, pixels / 255, rtol=1e-6)


@pytest.mark.parametrize(
    "bad", [np.full((4, 5), np.nan), np.array([["a"]]), np.empty((0, 4, 5)), np.zeros((2, 3, 4, 5))]
)
def test_arrays_that_hold_no_images_are_refused(bad: np.ndarray) -> None:
    with pytest.raises(DataError):
        load_images(bad, GREY, Reporter())


def test_a_model_of_tables_takes_no_images(photos: Path) -> None:
    with pytest.raises(DataError, match="no such file; give a CSV file"):
        load_images(photos, Preprocess(kind="table"), Reporter())
    with pytest.raises(DataError, match=r"give \.npz files"):
        load_images(photos, Preprocess(kind="sequence"), Reporter())
    rows = np.ones((2, 3), np.float32)
    assert load_images(rows, Preprocess(kind="table"), Reporter()).samples is rows


def test_files_of_names_that_are_no_utf_8_are_named_as_they_are_found_again(tmp_path: Path, encode: Encode) -> None:
    old = tmp_path / os.fsdecode(b"ni\xf1o")
    old.mkdir()
    (old / os.fsdecode(b"se\xf1al.png")).write_bytes(encode(noise(4, 5)))
    for given in (tmp_path, old, next(old.iterdir())):
        (file,) = load_images(given, GREY, Reporter()).files
        assert Path(file).is_file()


def test_pipes_are_listed_and_an_archive_without_images_is_refused_by_its_name(photos: Path) -> None:
    os.mkfifo(photos / "pipe.png")
    loaded = load_images([photos / "pipe.png", photos / "a.png"], GREY, Reporter())
    assert loaded.unreadable == ((str(photos / "pipe.png"), "a pipe, socket or device, not a file"),)
    (photos / "x.zip").write_bytes(b"PK\x05\x06" + bytes(18))
    with pytest.raises(DataError, match=r"x\.zip: there are no images here"):
        load_images(photos / "x.zip", GREY, Reporter())


def test_an_image_that_several_paths_name_is_taken_once_where_it_is_first_named(photos: Path, tmp_path: Path) -> None:
    """The folder and a folder in it, an image of its own, another way to write it, and a part of an archive."""
    content = {"x/a.png": (photos / "a.png").read_bytes(), "x/c.png": (photos / "c.png").read_bytes()}
    archive = pack(tmp_path / "p.zip", content)
    whole = load_images(photos, GREY, Reporter())
    inner = str(photos / "ñ 1" / "b.png")
    given = [photos / "ñ 1", archive, photos, str(photos / "ñ 1" / ".." / "a.png"), archive, photos / "broken.png"]
    loaded = load_images(given, GREY, Reporter())
    inside = tuple(str(archive / name) for name in content)
    assert loaded.files == (inner, *inside, *(file for file in whole.files if file != inner))
    assert loaded.unreadable == whole.unreadable
    np.testing.assert_array_equal(loaded.samples[0], whole.samples[whole.files.index(inner)])
    np.testing.assert_array_equal(loaded.samples[3], loaded.samples[1])


@pytest.mark.parametrize(("kept", "typed"), [("NFD", "NFC"), ("NFC", "NFD")])
def test_a_path_is_found_in_whichever_form_of_unicode_it_is_kept(
    tmp_path: Path, encode: Encode, kept: str, typed: str
) -> None:
    folder = tmp_path / unicodedata.normalize(kept, "año")  # type: ignore[arg-type]  # a form, as the test names it
    folder.mkdir()
    image = folder / unicodedata.normalize(kept, "é.png")  # type: ignore[arg-type]  # as above
    image.write_bytes(encode(noise(6, 6, 3)))
    asked = Path(unicodedata.normalize(typed, str(image)))  # type: ignore[arg-type]  # as above
    assert load_images(asked, GREY, Reporter()).files == (str(image),)
    assert load_images(asked.parent, GREY, Reporter()).files == (str(image),)
    assert locate(str(asked.parent)) == folder
    with pytest.raises(DataError, match="no such file"):
        load_images(asked.with_name("è.png"), GREY, Reporter())
    asked.parent.mkdir(exist_ok=True)
    asked.write_bytes(encode(noise(6, 6, 3, seed=1)))
    assert load_images(asked, GREY, Reporter()).files == (str(asked),)  # what is called just so comes first
