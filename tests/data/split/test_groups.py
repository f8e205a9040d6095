"""Numbers of groups, and what is linked by several of them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.cluster.hierarchy import DisjointSet

from trasluz.data.describe.duplicates import exact_groups
from trasluz.data.read.raw import Raw
from trasluz.data.split.groups import NoGroupsError, find_groups, linked, names_in_paths, number, telling_copies
from trasluz.recipe.data import GroupSection


def test_equal_names_have_one_number_and_no_name_its_own() -> None:
    found = number(["b", None, "a", "b", float("nan"), None])
    assert found.numbers.tolist() == [0, 1, 2, 0, 3, 4]
    assert (found.count, found.alone) == (5, 3)


def test_what_is_linked_over_others_is_one_group() -> None:
    """Random links, against scipy's union-find."""
    rng = np.random.default_rng(0)
    for _trial in range(20):
        n = 60
        groups, pairs = rng.integers(0, 45, n), rng.integers(0, n, (10, 2))
        sets = DisjointSet(range(n))
        for row in range(n):
            sets.merge(row, int(np.flatnonzero(groups == groups[row])[0]))
        for a, b in pairs.tolist():
            sets.merge(a, b)
        found = linked(n, groups, pairs)
        for row in range(n):
            assert found[row] == min(sets.subset(row))


def test_blank_images_link_nobody() -> None:
    images = np.zeros((6, 4, 4, 1), np.uint8)
    images[2:4] = np.arange(16).reshape(4, 4, 1)
    assert telling_copies(images, exact_groups(images)).tolist() == [0, 1, 2, 2, 4, 5]


def test_folders_are_counted_from_the_image() -> None:
    files = ["train/cat/p1/a.png", "valid/cat/p2/b.png", "c.png"]
    assert names_in_paths(files, GroupSection(folder=1)) == ["p1", "p2", None]
    assert names_in_paths(files, GroupSection(folder=2)) == ["cat", "cat", None]


@pytest.mark.parametrize(
    ("section", "sentence"),
    [
        (GroupSection(column="patient"), r"data\.group\.column: things has no columns"),
        (GroupSection(folder=3), r"data\.group\.folder: no image of things lies in 3 folders, the first is a/1\.png"),
        (GroupSection(pattern="(x#)"), r"data\.group\.pattern: no name in things fits \(x#\); the first is a/1\.png"),
    ],
)
def test_data_without_such_groups_are_refused(section: GroupSection, sentence: str) -> None:
    raw = Raw("things", np.zeros((2, 1, 1, 1), np.uint8), files=("a/1.png", "b/2.png"))
    with pytest.raises(NoGroupsError, match=sentence):
        find_groups(raw, section)


def test_an_unknown_column_is_answered_with_the_nearest() -> None:
    cells = {"path": ("1.png",), "patient": ("p1",), "empty": ("",)}
    raw = Raw("list.csv", np.zeros((1, 1, 1, 1), np.uint8), files=("1.png",), cells=cells)
    with pytest.raises(NoGroupsError, match=r"no column 'patien'.*Did you mean patient\?"):
        find_groups(raw, GroupSection(column="patien"))
    with pytest.raises(NoGroupsError, match=r"the column empty of list\.csv is empty"):
        find_groups(raw, GroupSection(column="empty"))


def test_arrays_have_no_names() -> None:
    with pytest.raises(NoGroupsError, match=r"arrays has no files"):
        find_groups(Raw("arrays", np.zeros((2, 1, 1, 1), np.uint8)), GroupSection(folder=1))
