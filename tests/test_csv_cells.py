"""Cells of CSV files: nothing that a spreadsheet computes, nothing that a terminal obeys, numbers stay numbers."""

from __future__ import annotations

import csv
import io

import pytest

from trasluz.csv_cells import csv_text, harmless


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1+1", "\uff1d1+1", "-", "=", "-1 cat"]
)
def test_a_text_that_could_be_a_formula_begins_with_a_quote(cell: str) -> None:
    assert str(harmless(cell)).startswith("'")


@pytest.mark.parametrize(
    "cell", ["-1", "+1", "-1.5e-3", "-.5", "cat", "a=b", "1-2", "niño", "'", "", " x", 3, -0.25, None]
)
def test_numbers_and_other_texts_stay_as_they_are(cell: object) -> None:
    assert harmless(cell) == cell
    assert type(harmless(cell)) is type(cell)


def test_control_characters_are_spelled_out() -> None:
    assert harmless("esc\x1b[31mred\u202e\udcf1") == r"esc\x1b[31mred\u202e\xf1"
    assert harmless("\x1b=1+1") == r"\x1b=1+1"  # which begins with a backslash, so it is text


def test_a_table_is_quoted_where_it_has_to_be_and_raw_leaves_its_cells() -> None:
    rows = [["file", "label"], ['a"b,c.png', "=1+1"]]
    assert list(csv.reader(io.StringIO(csv_text(rows)))) == [["file", "label"], ['a"b,c.png', "'=1+1"]]
    assert list(csv.reader(io.StringIO(csv_text(rows, raw=True)))) == rows
