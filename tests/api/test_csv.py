"""CSV and JSON of predictions and reconstructions: names of any kind, harmless in CSV unless they are asked for raw."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import numpy as np

from trasluz.api.results import Predictions, Reconstructions

_OLD = os.fsdecode(b"ni\xf1o.png")
_FILES = ("=cmd|'/c calc'!A0", _OLD, 'a"b,c\n.png', "\x1b[31mred.png")
_FOUND = Predictions(_FILES, ("-1", "@x"), np.array([[0.75, 0.25]] * 4, np.float32), unreadable=((_OLD, "empty"),))


def test_csv_is_harmless_and_numbers_stay_numbers(tmp_path: Path) -> None:
    header, *rows = csv.reader(_FOUND.save(tmp_path / "a.csv").read_text(encoding="utf-8").splitlines())
    assert header == ["file", "label", "confidence", "-1", "'@x"]
    assert [row[0] for row in rows] == ["'=cmd|'/c calc'!A0", r"ni\xf1o.png", r'a"b,c\n.png', r"\x1b[31mred.png"]
    assert {tuple(row[1:]) for row in rows} == {("-1", "0.75", "0.75", "0.25")}


def test_raw_leaves_every_byte_of_every_name(tmp_path: Path) -> None:
    content = _FOUND.save(tmp_path / "a.csv", raw=True).read_bytes().decode(errors="surrogateescape")
    header, *rows = csv.reader(content.splitlines(keepends=True))
    assert header[-1] == "@x"
    assert tuple(row[0] for row in rows) == _FILES


def test_json_gives_every_name_back(tmp_path: Path) -> None:
    told = json.loads(_FOUND.save(tmp_path / "a.json").read_text(encoding="utf-8"))
    assert tuple(record["file"] for record in told["predictions"]) == _FILES
    assert told["unreadable"] == [{"file": _OLD, "reason": "empty"}]


def test_the_errors_of_reconstructions_are_a_table_whatever_their_files_are_called(tmp_path: Path) -> None:
    images = np.zeros((4, 3, 3, 1), np.uint8)
    found = Reconstructions(_FILES, images, images, np.array([0.5, 0.25, 1e-9, -0.0]))
    for raw, first in ((False, "'=cmd|'/c calc'!A0"), (True, _FILES[0])):
        folder = found.save(tmp_path / str(raw), raw)
        text = (folder / "errors.csv").read_bytes().decode(errors="surrogateescape")
        header, *rows = csv.reader(text.splitlines(keepends=True))
        assert header == ["file", "image", "mse"]
        assert rows[0][0] == first
        assert [float(row[2]) for row in rows] == [0.5, 0.25, 1e-9, 0.0]
        assert all((folder / row[1]).is_file() for row in rows)
