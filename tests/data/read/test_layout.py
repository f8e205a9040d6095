"""What folders mean: splits, classes, both or neither."""

from __future__ import annotations

import pytest

from trasluz.data.read.layout import read_layout
from trasluz.errors import DataError

CASES = {
    "classes": (["b/1.png", "a/2.png"], ["a/2.png", "b/1.png"], ("a", "b"), None),
    "neither": (["2.png", "1.png"], ["1.png", "2.png"], None, None),
    "splits and classes": (
        ["test/a/1.png", "train/b/1.png", "val/a/1.png"],
        ["train/b/1.png", "val/a/1.png", "test/a/1.png"],
        ("b", "a", "a"),
        ("train", "valid", "test"),
    ),
    "splits": (["validation/1.png", "Train/2.png"], ["Train/2.png", "validation/1.png"], None, ("train", "valid")),
    "an outer folder": (["all/a/1.png", "all/b/1.png"], ["all/a/1.png", "all/b/1.png"], ("a", "b"), None),
    "an outer folder around splits": (
        ["x/train/a/1.png", "x/test/a/1.png"],
        ["x/train/a/1.png", "x/test/a/1.png"],
        ("a", "a"),
        ("train", "test"),
    ),
    "folders in classes": (["a/x/1.png", "b/y/2.png"], ["a/x/1.png", "b/y/2.png"], ("a", "b"), None),
    "one class": (["a/1.png"], ["a/1.png"], ("a",), None),
    "one class with a folder": (["a/x/1.png"], ["a/x/1.png"], ("a",), None),
    "a class named like a split": (["test/1.png", "cat/1.png"], ["cat/1.png", "test/1.png"], ("cat", "test"), None),
    "training only": (
        ["train/a/1.png", "train/b/1.png"],
        ["train/a/1.png", "train/b/1.png"],
        ("a", "b"),
        ("train",) * 2,
    ),
    "names with spaces, accents and cases": (
        ["ño ño/1.png", "Cat/1.png", "cat/1.png"],
        ["Cat/1.png", "cat/1.png", "ño ño/1.png"],
        ("Cat", "cat", "ño ño"),
        None,
    ),
}


@pytest.mark.parametrize(("paths", "order", "labels", "splits"), CASES.values(), ids=list(CASES))
def test_folders_mean_what_is_written(
    paths: list[str], order: list[str], labels: tuple[str, ...] | None, splits: tuple[str, ...] | None
) -> None:
    found = read_layout(paths, "here")
    assert [paths[i] for i in found.order] == order
    assert (found.labels, found.splits) == (labels, splits)


@pytest.mark.parametrize("paths", [["1.png", "a/2.png"], ["train/1.png", "train/a/2.png", "test/b/3.png"]])
def test_images_beside_class_folders_are_refused(paths: list[str]) -> None:
    with pytest.raises(DataError, match="here: 1 image lies beside the class folders"):
        read_layout(paths, "here")
