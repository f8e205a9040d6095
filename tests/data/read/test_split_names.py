"""What names say of parts of a split, and what they do not."""

from __future__ import annotations

import unicodedata

import pytest

from trasluz.data.read.split_names import composed, part_of, part_of_cell, part_of_flag, parts_of


@pytest.mark.parametrize(
    "name", ["cat", "station", "testament", "contest", "valley", "tr", "ts", "te", "train_test", "attest", "", "2017"]
)
def test_names_that_only_look_like_parts_are_none(name: str) -> None:
    assert part_of(name) is None


def test_names_that_do_not_belong_together_are_none() -> None:
    assert parts_of(["train_station", "stress_test"]) == {}
    assert parts_of(["seg_train", "seg_test", "seg_pred"]) == {"seg_train": "train", "seg_test": "test"}


def test_an_evaluation_is_the_validation_or_else_the_test() -> None:
    assert parts_of(["train", "eval"])["eval"] == "valid"
    assert parts_of(["train", "val", "eval"])["eval"] == "test"


@pytest.mark.parametrize(
    ("cell", "split"),
    [("", "train"), ("TRAIN", "train"), ("training", "train"), ("dev", "valid"), ("eval", "valid"), ("Prueba", "test")],
)
def test_cells_name_splits(cell: str, split: str) -> None:
    assert part_of_cell(cell) == split


def test_other_cells_name_none() -> None:
    assert part_of_cell("other") is None
    assert part_of_cell("stress test") is None


def test_flags_of_fastai() -> None:
    assert [part_of_flag(cell) for cell in ("True", "1", "False", "0", "", "maybe")] == [
        *("valid", "valid", "train", "train", "train"),
        None,
    ]


def test_composed_names_are_equal_whatever_system_wrote_them() -> None:
    assert composed(unicodedata.normalize("NFD", "niño")) == "niño"
    assert composed("ni\udcf1o") == "ni\\xf1o"
