"""CSV manifests: columns, separators, several labels, splits, and what is missing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.data.conftest import Encode, Open, noise
from trasluz.errors import DataError


@pytest.fixture
def photos(tmp_path: Path, encode: Encode) -> Path:
    """A folder with ``img/0.png`` … ``img/4.png``, and ``img/ñ, 5.png``."""
    (tmp_path / "m" / "img").mkdir(parents=True)
    for number in range(5):
        (tmp_path / "m" / "img" / f"{number}.png").write_bytes(encode(noise(3, 3, seed=number)))
    (tmp_path / "m" / "img" / "ñ, 5.png").write_bytes(encode(noise(3, 3, seed=5)))
    return tmp_path / "m"


def _write(folder: Path, text: str, encoding: str = "utf-8", name: str = "list.csv") -> Path:
    (folder / name).write_bytes(text.encode(encoding))
    return folder / name


def test_paths_labels_and_splits_are_read_in_the_order_of_lines(photos: Path, opened: Open) -> None:
    lines = [
        "path,label,split",
        "img/2.png,b,train",
        'img/1.png,"a, x",',
        '"img/ñ, 5.png",b,validation',
        "img/0.png,b,TEST",
    ]
    data = opened(_write(photos, "\n".join(lines)))
    assert data.files == ("img/2.png", "img/1.png", "img/ñ, 5.png", "img/0.png")
    assert data.classes == ("a, x", "b")
    assert {name: rows.tolist() for name, rows in data.splits.items()} == {"train": [0, 1], "valid": [2], "test": [3]}
    np.testing.assert_array_equal(data.samples[0, ..., 0], noise(3, 3, seed=2))


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_spreadsheets_of_any_country_are_read(
    photos: Path, opened: Open, separator: str, newline: str, encoding: str
) -> None:
    lines = [separator.join(row) for row in (("File", "Class"), ("img/0.png", "año"), ("img/1.png", "b"), ())]
    assert opened(_write(photos, newline.join(lines), encoding)).classes == ("año", "b")


@pytest.mark.parametrize(("separator", "between"), [(",", "|"), (",", ";"), (";", "|")])
def test_several_labels_per_image(photos: Path, opened: Open, separator: str, between: str) -> None:
    lines = [
        f"path{separator}labels",
        f"img/0.png{separator}cat{between}black",
        f"img/1.png{separator}",
        f"img/2.png{separator}cat",
    ]
    data = opened(_write(photos, "\n".join(lines)))
    assert data.multi_label
    assert data.classes == ("black", "cat")
    np.testing.assert_array_equal(data.labels, [[True, True], [False, False], [False, True]])
    again = opened(photos / "list.csv")  # from the cache
    np.testing.assert_array_equal(again.labels, data.labels)


def test_an_empty_label_is_no_label(photos: Path, opened: Open) -> None:
    data = opened(_write(photos, "path,label\nimg/0.png,a\nimg/1.png,\n"))
    assert data.labels is not None
    assert data.labels.tolist() == [0, -1]


@pytest.mark.parametrize("text", ["path\nimg/0.png\n", "path,label\nimg/0.png,\n", "path,label\nimg/0.png\n"])
def test_no_labels_at_all(photos: Path, opened: Open, text: str) -> None:
    assert opened(_write(photos, text)).labels is None


def test_the_label_column_can_be_chosen(photos: Path, opened: Open) -> None:
    path = _write(photos, "path,label,Colour\nimg/0.png,a,red\nimg/1.png,a,blue\n")
    assert opened(path).classes == ("a",)
    assert opened(path, label_column="Colour").classes == ("blue", "red")


def test_an_absolute_path_is_taken_as_it_is(photos: Path, opened: Open) -> None:
    assert len(opened(_write(photos, f"path\n{photos / 'img' / '0.png'}\n")).samples) == 1


BAD = {
    "nothing": ("", "there are no rows"),
    "no path column": ("photo,b\nx.png,2\n", "the columns photo hold text.*manifest of images has a column path"),
    "no lines": ("path,label\n", "there are no images here"),
    "a line without a path": ("path,label\nimg/0.png,a\n,b\n", "line 3 names no file"),
    "an unknown split": ("path,split\nimg/0.png,other\n", "line 2: the split 'other'"),
    "an unknown flag": ("path,is_valid\nimg/0.png,perhaps\n", "line 2: is_valid is 'perhaps'"),
    "two files of one name": ("path\n0.png\n", "several files have this name"),
    "an open quote": ('path,label\n"img/0.png,a\n', "not a CSV file"),
    "missing files": ("path\nimg/0.png\nimg/lost.png\nimg/9.png\n", r"2 of 3 images.*img/9\.png \(no such file\)"),
    "a folder": ("path\nimg\n", "none of the 1 image files can be read"),
}


@pytest.mark.parametrize(("text", "words"), BAD.values(), ids=list(BAD))
def test_a_bad_manifest_is_one_sentence(photos: Path, opened: Open, text: str, words: str) -> None:
    (photos / "other").mkdir()
    (photos / "other" / "0.png").write_bytes((photos / "img" / "0.png").read_bytes())
    with pytest.raises(DataError, match=words) as caught:
        opened(_write(photos, text))
    assert "\n" not in str(caught.value)


def test_missing_files_can_be_left_out(photos: Path, opened: Open) -> None:
    data = opened(_write(photos, "path,label\nimg/lost.png,a\nimg/0.png,b\n"), allow_unreadable=True)
    assert data.files == ("img/0.png",)
    assert data.classes == ("b",)


def test_an_unknown_label_column_is_answered_with_the_nearest(photos: Path, opened: Open) -> None:
    with pytest.raises(DataError, match=r"no column 'colour'; it has path, color\. Did you mean color\?"):
        opened(_write(photos, "path,color\nimg/0.png,red\n"), label_column="colour")


def test_another_encoding_is_refused_unless_it_says_what_it_is(photos: Path, opened: Open) -> None:
    text = "path,label\nimg/0.png,ñu\n"
    with pytest.raises(DataError, match="UTF-8"):
        opened(_write(photos, text, "latin-1"))
    assert opened(_write(photos, text, "utf-16")).classes == ("ñu",)


def test_a_table_is_not_taken_for_a_manifest_nor_the_other_way_round(photos: Path, opened: Open) -> None:
    images = _write(photos, "path,size,label\nimg/0.png,1,a\nimg/1.png,2,b\n")
    assert opened(images).kind == "image"
    with pytest.raises(DataError, match=r"asks for a table, but the column path of .* names files"):
        opened(images, target="label")
    table = opened(images, target="label", leave_out=("path",))
    assert (table.kind, table.features) == ("table", ("size",))
    numbers = _write(photos, "image,size,label\n7,1,a\n8,2,b\n", name="numbers.csv")
    assert opened(numbers, target="label").features == ("image", "size")
