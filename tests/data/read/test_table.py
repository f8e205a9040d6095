"""Tables from CSV: what any country's spreadsheet writes is read, and what cannot be used is one sentence."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from tests import real
from tests.data.conftest import Heard, Open
from trasluz.data.read.table import open_table
from trasluz.data.read.table_columns import Column, one_hot, parse_numbers
from trasluz.data.read.table_text import read_sheet
from trasluz.errors import DataError
from trasluz.recipe import DataSection
from trasluz.reporting import Reporter

ROWS = [["size", "weight", "kind"], ["1.5", "20", "cat"], ["2.5", "30", "dog"], ["-3", "1e2", "cat"]]


def _file(tmp_path: Path, text: str, name: str = "t.csv", encoding: str = "utf-8") -> Path:
    (tmp_path / name).write_bytes(text.encode(encoding))
    return tmp_path / name


def _lines(*rows: str) -> str:
    return "\n".join(rows) + "\n"


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r", "\r\r\n"], ids=["LF", "CRLF", "CR", "CRCRLF"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_same_cells_are_read_whatever_ends_lines_separates_them_or_marks_the_file(
    tmp_path: Path, opened: Open, newline: str, separator: str, encoding: str
) -> None:
    text = newline.join(separator.join(f'"{cell}"' if i == 1 else cell for cell in r) for i, r in enumerate(ROWS))
    data = opened(_file(tmp_path, text + newline, encoding=encoding), target="kind")
    np.testing.assert_array_equal(data.samples, [[1.5, 20], [2.5, 30], [-3, 100]])
    assert data.samples.dtype == np.float64
    assert (data.features, data.classes) == (("size", "weight"), ("cat", "dog"))
    assert data.labels is not None
    assert data.labels.tolist() == [0, 1, 0]
    assert data.spec.shape == (2,)


def test_quoted_cells_may_hold_separators_line_ends_and_quotes(tmp_path: Path, opened: Open) -> None:
    text = '"size, in cm","the\nkind"\n1,"a ""cat"""\n2,"two\r\nlines"\n'
    data = opened(_file(tmp_path, text), target="the\nkind")
    assert data.features == ("size, in cm",)
    assert data.classes == ('a "cat"', "two\r\nlines")


def test_decimal_commas_are_decimals_and_never_thousands(tmp_path: Path, opened: Open) -> None:
    data = opened(_file(tmp_path, _lines("a;b;target", "0,5;1,234;x", "-12,25;7;y")))
    np.testing.assert_array_equal(data.samples, [[0.5, 1.234], [-12.25, 7]])
    with pytest.raises(DataError, match="columns b hold text"):  # 1,234 alone could be either
        opened(_file(tmp_path, _lines("a;b;target", "5;1,234;x", "6;2,345;y"), "other.csv"))


def test_the_wine_of_the_uci_repository_opens_with_its_odd_line_endings() -> None:
    sheet = read_sheet(real.red_wine())
    assert len(sheet.rows) == 1599
    assert sheet.header[0] == "fixed acidity"
    assert sheet.rows[0][-1] == "5"
    assert {len(row) for row in sheet.rows} == {12}


def test_numbers_become_two_classes_at_a_threshold(tmp_path: Path, opened: Open) -> None:
    path = _file(tmp_path, _lines("a,quality", "1,5", "2,6", "3,7", "4,"))
    data = opened(path, target="quality", target_at_least=6)
    assert data.classes == ("quality < 6", "quality ≥ 6")
    assert data.labels is not None
    assert data.labels.tolist() == [0, 1, 1, -1]
    assert opened(path, target="quality").classes == ("5", "6", "7")


def test_a_column_of_splits_gives_the_splits(tmp_path: Path, opened: Open) -> None:
    data = opened(_file(tmp_path, _lines("a,label,split", "1,x,train", "2,y,Test", "3,x,", "4,y,val")))
    assert {name: rows.tolist() for name, rows in data.splits.items()} == {"train": [0, 2], "valid": [3], "test": [1]}
    assert data.features == ("a",)


def test_a_table_without_a_target_has_no_labels(tmp_path: Path, opened: Open) -> None:
    data = opened(_file(tmp_path, _lines("a,b", "1,2", "3,4")))
    assert data.labels is None
    assert data.features == ("a", "b")


def test_duplicate_rows_stay_on_one_side_of_the_split(tmp_path: Path, opened: Open) -> None:
    rows = [f"{i % 40},{i % 7},{'xy'[i % 40 % 2]}" for i in range(280)] * 2
    data = opened(_file(tmp_path, _lines("a,b,label", *rows)), valid=0.2, test=0.2)
    assert data.audit["exact_duplicates"]["across"] == {"train/valid": 0, "train/test": 0, "valid/test": 0}
    assert min(len(rows) for rows in data.splits.values()) > 80


def test_the_audit_counts_constants_contradictions_and_missing_values(tmp_path: Path, opened: Open) -> None:
    text = _lines("a,b,c,label", "1,5,,x", "1,5,,y", "2,5,3,x", "2,5,3,x")
    data = opened(_file(tmp_path, text), missing="mean")
    assert data.audit["constant"] == {"count": 1, "examples": ["b"]}
    assert data.audit["missing"] == {"count": 2, "columns": {"c": 2}}
    assert data.audit["contradictions"] == 2
    assert data.audit["features"] == ["a", "b", "c"]
    assert data.files is not None
    assert data.files[0] == "t.csv:2"


def test_rows_without_a_value_are_refused_dropped_or_kept_as_asked(tmp_path: Path, opened: Open, heard: Heard) -> None:
    path = _file(tmp_path, _lines("a,b,label", "1,2,x", "NA,3,y", "4,?,x", "5,6,y"))
    with pytest.raises(DataError, match=r"2 rows lack a value, in the columns a, b \(lines 3, 4\).*drop-rows"):
        opened(path)
    dropped = opened(path, heard, missing="drop-rows")
    np.testing.assert_array_equal(dropped.samples, [[1, 2], [5, 6]])
    assert dropped.audit["dropped_rows"] == 2
    assert "2 of 4 rows" in heard.warned[0]
    kept = opened(path, missing="mean")
    np.testing.assert_array_equal(np.isnan(kept.samples), [[0, 0], [1, 0], [0, 1], [0, 0]])


def test_text_becomes_one_number_per_category_on_request(tmp_path: Path, opened: Open) -> None:
    path = _file(tmp_path, _lines("colour,size,label", "red,1,x", "blue,2,y", "red,3,x"))
    with pytest.raises(DataError, match=r"the columns colour hold text.*one-hot.*leave_out=\[colour\]"):
        opened(path)
    data = opened(path, text="one-hot")
    assert data.features == ("colour=blue", "colour=red", "size")
    np.testing.assert_array_equal(data.samples, [[0, 1, 1], [1, 0, 2], [0, 1, 3]])
    assert opened(path, leave_out=("colour",)).features == ("size",)


REFUSED = {
    "no rows": ("a,label\n", {}, "no rows below the header"),
    "no header": ("1,2\n3,4\n", {}, "the first line holds numbers"),
    "a column without a name": (",a,label\n0,1,x\n", {}, "column 1 has no name"),
    "a name twice": ("a,a,label\n0,1,x\n", {}, "two columns are called a"),
    "a ragged row": ("a,b,label\n0,1,x\n1,2\n", {}, "line 3 has 2 cells, but the header has 3"),
    "an unknown target": ("a,qualty\n1,2\n", {"target": "quality"}, "no column 'quality'.*Did you mean qualty"),
    "a typing error": ("a,label\n1,x\n2,y\n3o,x\n", {}, "line 4 of the column a holds '3o'"),
    "infinity": ("a,label\n1,x\n2,y\ninf,x\n", {}, "line 4 of the column a holds 'inf'"),
    "an empty column": ("a,b,label\n1,,x\n2,,y\n", {"missing": "mean"}, "the column b is empty"),
    "nothing but the target": ("label\nx\ny\n", {}, "no column left"),
    "every row lacks a value": ("a,b,label\n1,,x\n,2,y\n", {"missing": "drop-rows"}, "every row lacks a value"),
    "an unknown column to leave out": ("a,label\n1,x\n", {"leave_out": ("b",)}, "data.leave_out: there is no column"),
    "a threshold for words": ("a,label\n1,x\n", {"target_at_least": 3}, "holds 'x', which is no number"),
    "a measure for a target": (
        "a,target\n" + "".join(f"{i},{i / 7}\n" for i in range(40)),
        {},
        "40 different values in 40 rows, which make no classes.*target_at_least",
    ),
    "names of rows for categories": (
        "who,label\n" + "".join(f"person {i},x\n" for i in range(120)),
        {"text": "one-hot"},
        "120 different texts",
    ),
}


@pytest.mark.parametrize(("text", "fields", "words"), REFUSED.values(), ids=list(REFUSED))
def test_what_is_no_table_is_one_sentence(
    tmp_path: Path, opened: Open, text: str, fields: dict[str, object], words: str
) -> None:
    with pytest.raises(DataError, match=words) as caught:
        opened(_file(tmp_path, text), **fields)
    assert "\n" not in str(caught.value)


def test_fields_about_columns_are_not_ignored_silently(opened: Open, heard: Heard) -> None:
    opened("iris", heard, target="species")
    assert heard.warned == ["data.target: only say something about a CSV table, which iris is not; they are not used."]


def test_classes_can_be_named_in_order_with_or_without_rows(tmp_path: Path, opened: Open) -> None:
    path = _file(tmp_path, _lines("a,label", "1,x", "2,y"))
    data = opened(path, classes=("y", "x", "z"))
    assert (data.classes, data.label_values) == (("y", "x", "z"), ("y", "x", "z"))
    assert data.labels is not None
    assert data.labels.tolist() == [1, 0]
    assert data.audit["missing_classes"]["train"] == ["z"]
    with pytest.raises(DataError, match="must name each class once, also y"):
        opened(path, classes=("x", "z"))


def test_numbers_are_what_python_reads_but_for_its_own_spellings() -> None:
    values, wrong = parse_numbers(["1", "-2.5", ".5", "3.", "+1e-3", "", "NaN", "1_000", "0x1F", "inf", "1e999"])
    np.testing.assert_array_equal(values, [1, -2.5, 0.5, 3, 0.001, *[np.nan] * 6])
    assert wrong.tolist() == [False] * 7 + [True] * 4


def test_categories_that_are_missing_or_unknown_are_told_apart() -> None:
    values, wrong = one_hot(["b", "", "z"], ["a", "b"])
    np.testing.assert_array_equal(values, [[0, 1], [np.nan, np.nan], [0, 0]])
    assert wrong.tolist() == [False, False, True]
    assert Column(name="c", categories=("a", "b")).features == ("c=a", "c=b")


def test_a_hundred_thousand_columns_take_seconds(tmp_path: Path) -> None:
    names = ",".join(f"c{n}" for n in range(100_000))
    lines = [",".join(str((row * n) % 7) for n in range(100_000)) for row in range(4)]
    (tmp_path / "wide.csv").write_text("\n".join([names, *lines]), encoding="utf-8")
    started = time.process_time()
    raw = open_table(read_sheet(tmp_path / "wide.csv"), DataSection(), Reporter())
    assert raw.samples.shape == (4, 100_000)
    assert raw.samples[3, 6] == 18 % 7
    assert time.process_time() - started < 12


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"x,y\n" + b"1" * 130_000 + b"x,2\n", "data.text=one-hot"),
        (b"x,y\n" + b"1,2\n" * 100_000 + b"1" * 130_000 + b",2\n", "which does not belong there"),
        (b"x,y\n1\0,2\n", "NUL characters"),
        (b"x,y\n" + b"1" * (17 << 20) + b",2\n", "line 2 is longer than 16 MiB"),
        (b"x" * 200_000 + b",y\n1,2\n", "field larger than field limit"),
    ],
)
def test_cells_of_any_length_are_refused_in_a_moment(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "x.csv").write_bytes(content)
    started = time.process_time()
    with pytest.raises(DataError, match=words) as refused:
        open_table(read_sheet(tmp_path / "x.csv"), DataSection(), Reporter())
    assert len(str(refused.value)) < 1000
    assert time.process_time() - started < 10


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\r\r\n"])
def test_lines_are_found_across_the_pieces_that_a_long_text_is_read_by(tmp_path: Path, end: str) -> None:
    rows = [f"{n},{'x' * (n % 50)}" for n in range(60_000)]  # beyond one piece of 1 MiB
    (tmp_path / "x.csv").write_bytes(end.join(["a,b", *rows]).encode())
    assert [",".join(row) for row in read_sheet(tmp_path / "x.csv").rows] == rows


def test_a_row_ends_where_editors_say_although_each_line_ends_twice(tmp_path: Path) -> None:
    path = tmp_path / "ends.csv"
    path.write_bytes(b"a,b\r\r\n1,2\r\r\n3,x\r\r\n")
    assert read_sheet(path).lines == (2, 3)
    path.write_bytes(b"a,b\r1,2\r3,4\r")
    assert read_sheet(path).lines == (2, 3)
