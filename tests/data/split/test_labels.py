"""Labels of any kind to indices, in an order that does not depend on the machine."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trasluz.data.split.labels import index_labels


@pytest.mark.parametrize(
    ("labels", "values", "classes"),
    [
        ([3, -1, 10], (-1, 3, 10), ("-1", "3", "10")),
        (["10", "9", "-2"], ("-2", "9", "10"), ("-2", "9", "10")),
        (["10", "9", "a"], ("10", "9", "a"), ("10", "9", "a")),
        (["é", "z", "Z", "a"], ("Z", "a", "z", "é"), ("Z", "a", "z", "é")),
        ([1.0, 0.0], (0, 1), ("0", "1")),
        ([0.5, 2], (0.5, 2), ("0.5", "2")),
        ([np.int64(7), np.int64(5)], (5, 7), ("5", "7")),
        ([np.str_("b"), np.str_("a")], ("a", "b"), ("a", "b")),
        ([("x", 2), ("x", 1)], (("x", 1), ("x", 2)), ("('x', 1)", "('x', 2)")),
        ([1, "1"], (1, "1"), ("1", "'1'")),
        ([True, False], (False, True), ("False", "True")),
        ([b"b", b"a"], (b"a", b"b"), ("b'a'", "b'b'")),
    ],
)
def test_labels_are_sorted_by_kind_and_printed(
    labels: list[object], values: tuple[object, ...], classes: tuple[str, ...]
) -> None:
    found = index_labels(labels, False)
    assert (found.values, found.classes) == (values, classes)
    assert [values[i] for i in found.indices] == labels


def test_missing_labels_are_minus_one() -> None:
    assert index_labels([None, "a", float("nan"), np.float64("nan")], False).indices.tolist() == [-1, 0, -1, -1]


def test_several_labels_become_a_matrix() -> None:
    found = index_labels([("cat", "black"), (), ("cat",)], True)
    assert found.classes == ("black", "cat")
    np.testing.assert_array_equal(found.indices, [[True, True], [False, False], [False, True]])


def test_printed_names_keep_their_order_and_classes_without_images() -> None:
    found = index_labels([2, 0], False, {0: "T-shirt", 1: "Trouser", 2: "Bag"})
    assert found.classes == ("T-shirt", "Trouser", "Bag")
    assert found.indices.tolist() == [2, 0]


def test_printed_names_that_do_not_know_a_label_are_ignored() -> None:
    assert index_labels([5, 0], False, {0: "T-shirt"}).classes == ("0", "5")


@given(st.lists(st.one_of(st.integers(), st.text(), st.booleans(), st.none(), st.floats(allow_nan=False)), min_size=1))
def test_every_label_finds_its_value_again_and_names_are_distinct(labels: list[object]) -> None:
    found = index_labels(labels, False)
    assert len(set(found.classes)) == len(found.classes)
    for label, index in zip(labels, found.indices, strict=True):
        assert index == -1 if label is None else found.values[index] == label
