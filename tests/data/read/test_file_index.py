"""Which file a cell means: exact, by its end, by name without suffix; and when it means none."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from trasluz.data.read.file_index import FileIndex, index_below

FILES = ["img/00.png", "img/01.PNG", "train/7.jpg", "test/7.jpg", "9.png", "deep/er/9x.png", "img/niño.png"]
MEANT = {
    "img/00.png": "img/00.png",
    "00.png": "img/00.png",
    "00": "img/00.png",
    r"img\00.png": "img/00.png",
    r"C:\photos\img\00.png": "img/00.png",
    "/home/me/photos/img/00.png": "img/00.png",
    "./img/00.png": "img/00.png",
    "photos/img/00.png": "img/00.png",
    "IMG/01.png": "img/01.PNG",
    "train/7": "train/7.jpg",
    "9": "9.png",
    "er/9x.png": "deep/er/9x.png",
    unicodedata.normalize("NFD", "niño"): "img/niño.png",
}


@pytest.mark.parametrize(("cell", "file"), MEANT.items())
def test_a_cell_means_a_file(cell: str, file: str) -> None:
    assert FileIndex(FILES).find(cell) == (file, False)


@pytest.mark.parametrize("cell", ["other/00.png", "00.jpg", "train/9.png", "../9.png", "", "/", "02"])
def test_a_cell_means_none(cell: str) -> None:
    assert FileIndex(FILES).find(cell) == (None, False)


def test_several_files_that_fit_are_none() -> None:
    assert FileIndex(FILES).find("7.jpg") == (None, True)
    assert FileIndex(["a/1.png", "1.png"]).find("1.png") == ("1.png", False)  # the one in no folder is meant exactly
    assert FileIndex(["x/A.png", "x/a.png"]).find("a.png") == ("x/a.png", False)


def test_a_folder_is_looked_through_a_few_levels_deep(tmp_path: Path) -> None:
    for path in ("a.png", "x/b.png", "x/y/z/u/c.png", "x/y/z/u/v/w/d.png", ".hidden/e.png", "@eaDir/f.png", "g.txt"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    index = index_below(tmp_path)
    assert [name for name in "abcdefg" if index.find(name)[0]] == ["a", "b", "c"]
