"""Folders of images: what is found in them, in which order, and what is left out."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests import real
from tests.data.conftest import Encode, Heard, Open, noise
from trasluz.data.sources.base import find_source
from trasluz.errors import DataError
from trasluz.recipe import DataSection
from trasluz.reporting import Reporter


def fill(folder: Path, encode: Encode, paths: list[str], shape: tuple[int, ...] = (4, 5)) -> Path:
    """An image, different each, at every path."""
    for number, path in enumerate(paths):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(encode(noise(*shape, seed=number)))
    return folder


def test_classes_splits_and_pixels_come_from_the_folders(tmp_path: Path, encode: Encode, opened: Open) -> None:
    paths = ["test/b/1.png", "train/a/x.png", "train/b/y.png", "Validation/a/z.png"]
    data = opened(fill(tmp_path / "my photos", encode, paths))
    assert data.name == "my photos"
    assert data.files == ("train/a/x.png", "train/b/y.png", "Validation/a/z.png", "test/b/1.png")
    assert {name: rows.tolist() for name, rows in data.splits.items()} == {"train": [0, 1], "valid": [2], "test": [3]}
    assert data.classes == ("a", "b")
    assert data.labels is not None
    assert data.labels.tolist() == [0, 1, 0, 1]
    np.testing.assert_array_equal(data.samples[3, ..., 0], noise(4, 5, seed=0))


def test_images_alone_have_no_labels(tmp_path: Path, encode: Encode, opened: Open) -> None:
    data = opened(fill(tmp_path / "a", encode, ["2.png", "1.png"]))
    assert data.labels is None
    assert data.classes == ()
    assert data.files == ("1.png", "2.png")


def test_one_image_and_one_class_are_data(tmp_path: Path, encode: Encode, opened: Open) -> None:
    data = opened(fill(tmp_path / "a", encode, ["cat/1.png"], (1, 1)))
    assert data.samples.shape == (1, 1, 1, 1)
    assert data.classes == ("cat",)


def test_whole_numbers_as_class_names_are_ordered_as_numbers(tmp_path: Path, encode: Encode, opened: Open) -> None:
    data = opened(fill(tmp_path / "a", encode, [f"{n}/1.png" for n in (10, 9, 2)]))
    assert data.classes == ("2", "9", "10")


def test_odd_names_are_kept(tmp_path: Path, encode: Encode, opened: Open) -> None:
    paths = ["año nuevo/a b.png", "ünïcödé & 'quotes'/日本 (1).PNG", "x;y|z,w/#1?.png"]
    data = opened(fill(tmp_path / "mis fotos ñ", encode, paths))
    assert sorted(data.files or ()) == sorted(paths)
    assert "x;y|z,w" in data.classes


def test_classes_that_differ_in_case_only_are_kept_apart_and_said(
    tmp_path: Path, encode: Encode, opened: Open, heard: Heard
) -> None:
    fill(tmp_path / "a", encode, ["Cat/1.png", "cat/1.png"])
    if len(list((tmp_path / "a").iterdir())) == 1:
        pytest.skip("this file system does not tell upper from lower case")
    assert opened(tmp_path / "a", heard).classes == ("Cat", "cat")
    assert "Cat, cat" in heard.warned[0]


def test_other_files_are_ignored_and_counted(tmp_path: Path, encode: Encode, opened: Open) -> None:
    folder = fill(tmp_path / "a", encode, ["cat/1.png", "dog/1.png"])
    for name in ("readme.txt", ".DS_Store", "cat/Thumbs.db", "cat/._1.png", "dog/notes"):
        (folder / name).write_bytes(b"?")
    (folder / ".git").mkdir()
    data = opened(folder)
    assert len(data.samples) == 2
    assert data.audit["ignored"] == 5
    assert data.audit["unreadable"]["count"] == 0


@pytest.mark.parametrize("names", [[], ["a.txt"], [".hidden/1.png"]])
def test_a_folder_without_images_says_what_to_give(
    tmp_path: Path, encode: Encode, opened: Open, names: list[str]
) -> None:
    folder = tmp_path / "empty one"
    folder.mkdir()
    fill(folder, encode, names)
    with pytest.raises(DataError, match=r"empty one: there are no images here \(\d other files\)"):
        opened(folder)


def _broken(folder: Path, encode: Encode) -> dict[str, str]:
    """Unreadable files of every kind in ``folder``, and a word of the reason for each."""
    whole = encode(noise(40, 40, 3), "JPEG")
    contents = {
        "cat/zero.png": (b"", "empty"),
        "cat/text.png": (b"hello", "not an image"),
        "dog/half.jpg": (whole[: len(whole) // 2], "cut short"),
        "dog/vector.svg": (b"<svg/>", "not an image"),
        "dog/phone.heic": (b"\0\0\0\x18ftypheic", "cut short"),
    }
    for name, (content, _reason) in contents.items():
        (folder / name).write_bytes(content)
    (folder / "cat/gone.png").symlink_to(folder / "nowhere.png")
    (folder / "cat/self.png").symlink_to(folder / "cat/self.png")
    reasons = {name: reason for name, (_content, reason) in contents.items()}
    return {**reasons, "cat/gone.png": "no such file", "cat/self.png": "no such file"}


def test_unreadable_files_stop_the_work_with_the_first_name_and_the_way_out(
    tmp_path: Path, encode: Encode, opened: Open
) -> None:
    folder = fill(tmp_path / "a", encode, ["cat/1.png", "dog/1.png"])
    _broken(folder, encode)
    with pytest.raises(DataError, match=r"7 of 9 images.*cat/gone\.png \(no such file\).*allow_unreadable=true"):
        opened(folder)


def test_unreadable_files_are_left_out_when_allowed_and_rows_stay_together(
    tmp_path: Path, encode: Encode, opened: Open
) -> None:
    folder = fill(tmp_path / "a", encode, ["cat/1.png", "dog/1.png", "dog/z.png"])
    reasons = _broken(folder, encode)
    data = opened(folder, allow_unreadable=True)
    assert data.files == ("cat/1.png", "dog/1.png", "dog/z.png")
    for row in range(3):
        np.testing.assert_array_equal(data.samples[row, ..., 0], noise(4, 5, seed=row))
    assert data.labels is not None
    assert data.labels.tolist() == [0, 1, 1]
    found = {entry["file"]: entry["reason"] for entry in data.audit["unreadable"]["files"]}
    assert found.keys() == reasons.keys()
    assert all(reasons[name] in reason for name, reason in found.items())


def test_a_folder_of_nothing_readable_is_refused_even_when_allowed(tmp_path: Path, opened: Open) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.png").write_bytes(b"")
    with pytest.raises(DataError, match=r"none of the 1 image files can be read.*x\.png"):
        opened(tmp_path / "a", allow_unreadable=True)


def test_links_that_loop_do_not_hang_and_links_to_elsewhere_are_followed(
    tmp_path: Path, encode: Encode, opened: Open
) -> None:
    fill(tmp_path / "elsewhere", encode, ["3.png"])
    folder = fill(tmp_path / "a", encode, ["cat/1.png", "dog/2.png"])
    (folder / "cat" / "up").symlink_to(folder, target_is_directory=True)
    (folder / "cat" / "here").symlink_to(".", target_is_directory=True)
    (folder / "bird").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    assert opened(folder).files == ("bird/3.png", "cat/1.png", "dog/2.png")


def test_images_of_one_size_keep_it_and_others_are_brought_to_the_median(
    tmp_path: Path, encode: Encode, opened: Open, heard: Heard
) -> None:
    for number, (height, width) in enumerate([(10, 30), (20, 30), (60, 30)]):
        fill(tmp_path / "a", encode, [f"{number}.png"], (height, width))
    assert opened(tmp_path / "a", heard).samples.shape == (3, 20, 30, 1)
    assert "3 different sizes" in heard.said[0]
    assert "20×30" in heard.said[0]
    assert opened(tmp_path / "a", size=8).samples.shape == (3, 8, 8, 1)


def test_the_median_of_large_images_is_scaled_down(tmp_path: Path, encode: Encode, opened: Open) -> None:
    for number, side in enumerate((1024, 1000)):
        (tmp_path / "a").mkdir(exist_ok=True)
        (tmp_path / "a" / f"{number}.png").write_bytes(encode(Image.new("L", (side, side // 2))))
    assert opened(tmp_path / "a").samples.shape == (2, 128, 256, 1)


def test_rotated_photographs_count_upright(tmp_path: Path, encode: Encode, opened: Open) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "1.jpg").write_bytes(encode(noise(8, 16, 3), "JPEG", exif=exif))
    (tmp_path / "a" / "2.png").write_bytes(encode(noise(16, 8, 3)))
    data = opened(tmp_path / "a")
    assert data.samples.shape == (2, 16, 8, 3)
    assert data.audit["sizes"]["distinct"] == 1


@pytest.mark.parametrize(
    ("modes", "channels"),
    [(["L", "1", "LA", "I;16"], 1), (["L", "RGB"], 3), (["RGBA"], 3), (["P"], 3), (["CMYK"], 3)],
)
def test_channels_follow_from_the_files(
    tmp_path: Path, encode: Encode, opened: Open, modes: list[str], channels: int
) -> None:
    (tmp_path / "a").mkdir()
    for mode in modes:
        picture = Image.new("RGB", (6, 6), (200, 30, 90))
        picture = Image.fromarray(np.ones((6, 6), np.uint16)) if mode == "I;16" else picture.convert(mode)
        name, kind = ("x.jpg", "JPEG") if mode == "CMYK" else (f"{mode.replace(';', '')}.png", "PNG")
        (tmp_path / "a" / name).write_bytes(encode(picture, kind))
    assert opened(tmp_path / "a").samples.shape[3] == channels
    assert opened(tmp_path / "a", channels=4).samples.shape[3] == 4


def test_cats_and_dogs_are_read_as_they_lie(opened: Open) -> None:
    data = opened(real.cats_dogs(), size=32)
    assert data.samples.shape == (3000, 32, 32, 3)
    assert {name: len(rows) for name, rows in data.splits.items()} == {"train": 2000, "valid": 1000}
    assert data.classes == ("cats", "dogs")
    assert data.audit["sizes"]["distinct"] > 100


# --- hostile folders


def test_pipes_sockets_and_devices_are_named_and_never_opened(
    tmp_path: Path, encode: Encode, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = fill(tmp_path / "a", encode, ["cat/1.png", "cat/2.png", "dog/3.png"])
    os.mkfifo(folder / "cat" / "pipe.png")
    os.mkfifo(folder / "cat" / "pipe without a suffix")
    (folder / "dog" / "zero.png").symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as end:
        monkeypatch.chdir(folder)
        end.bind("dog/socket.jpg")
    data = opened(folder, allow_unreadable=True)
    assert len(data.samples) == 3
    found = {entry["file"]: entry["reason"] for entry in data.audit["unreadable"]["files"]}
    assert found == dict.fromkeys(
        ["cat/pipe.png", "dog/socket.jpg", "dog/zero.png"], "a pipe, socket or device, not a file"
    )


def test_folders_are_read_however_deep_they_lie(tmp_path: Path, encode: Encode, opened: Open) -> None:
    folder = fill(tmp_path / "a", encode, ["cat/1.png", "dog/2.png"])
    monkey, here = encode(noise(4, 5, seed=9)), Path.cwd()
    try:
        os.chdir(folder / "cat")
        for _level in range(900):
            Path("d").mkdir()
            os.chdir("d")
        Path("deep.png").write_bytes(monkey)
    finally:
        os.chdir(here)
    data = opened(folder)
    assert len(data.samples) == 3
    assert data.classes == ("cat", "dog")


def test_a_folder_whose_path_is_too_long_is_named(tmp_path: Path, encode: Encode, opened: Open) -> None:
    folder = fill(tmp_path / "a", encode, ["cat/1.png", "dog/2.png"])
    here = Path.cwd()
    try:
        os.chdir(folder / "cat")
        for _level in range(30):
            Path("d" * 200).mkdir()
            os.chdir("d" * 200)
    finally:
        os.chdir(here)
    data = opened(folder, allow_unreadable=True)
    assert "its path is too long" in str(data.audit["unreadable"]) or not data.audit["unreadable"]["count"]
    assert len(data.samples) == 2


def test_links_that_make_millions_of_ways_are_refused(tmp_path: Path, encode: Encode, opened: Open) -> None:
    folder = fill(tmp_path / "a", encode, ["cat/1.png", "dog/2.png"])
    for floor in range(30):
        (tmp_path / f"floor{floor}").mkdir()
        for side in "lr":
            (tmp_path / f"floor{floor}" / side).symlink_to(f"../floor{floor + 1}")
    (tmp_path / "floor30").mkdir()
    (folder / "cat" / "up").symlink_to("../../floor0")
    with pytest.raises(DataError, match="again and again"):
        opened(folder)


def test_names_that_are_no_utf_8_are_spelled_out_and_their_files_read(
    tmp_path: Path, encode: Encode, opened: Open
) -> None:
    old = os.fsdecode(b"ni\xf1o")
    data = opened(fill(tmp_path / "a", encode, [f"{old}/se{old}.png", "other/1.png"]))
    assert data.classes == ("ni\\xf1o", "other")
    assert data.files == ("ni\\xf1o/seni\\xf1o.png", "other/1.png")
    again = opened(tmp_path / "a")  # from the cache
    assert (again.classes, again.files) == (data.classes, data.files)


def test_a_file_without_a_suffix_is_an_image_when_it_begins_like_one(
    tmp_path: Path, encode: Encode, opened: Open
) -> None:
    folder = fill(tmp_path / "a", encode, ["cat/1.png", "fox/000", "fox/001"])
    (folder / "README").write_text("II am no TIFF")
    (folder / "fox" / "002").write_bytes(encode(noise(4, 5, seed=5), "JPEG"))
    data = opened(folder)
    assert data.files == ("cat/1.png", "fox/000", "fox/001", "fox/002")
    assert data.audit["ignored"] == 1


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root can take on another user")
def test_a_folder_that_may_not_be_read_is_refused_in_one_sentence(tmp_path: Path, encode: Encode) -> None:
    folder = fill(tmp_path / "a", encode, ["cat/1.png"])
    for path in (tmp_path, *tmp_path.parents):
        if path.stat().st_uid == 0 and path not in (Path("/"), Path("/tmp")):
            path.chmod(0o755)
    folder.chmod(0o700)
    child = os.fork()
    if child == 0:
        code = 9
        try:
            os.setuid(65534)
            with pytest.raises(DataError, match=r"may not be read"):
                find_source(DataSection(source=str(folder)), Reporter())
            with pytest.raises(DataError, match=r"may not be read"):
                find_source(DataSection(source=str(folder / "cat")), Reporter())
            code = 0
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
