"""The last record of a file of records: the one that reading all of it gives, without reading all of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from trasluz.errors import RunError
from trasluz.runs import lines
from trasluz.runs.lines import read_last, read_lines


@pytest.mark.parametrize("block", [1, 7, 16_384])
@pytest.mark.parametrize("half", ["", '{"epoch": 9', "é"])
@pytest.mark.parametrize("count", [0, 1, 2, 50])
def test_the_last_record_is_that_of_reading_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int, half: str, count: int
) -> None:
    monkeypatch.setattr(lines, "_BLOCK", block)
    file = tmp_path / "metrics.jsonl"
    records = [{"epoch": i, "name": "ñ" * i} for i in range(count)]
    file.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records) + half, encoding="utf-8")
    assert read_last(file) == ([{}, *read_lines(file)])[-1]


def test_a_file_that_is_not_there_has_no_last_record(tmp_path: Path) -> None:
    assert read_last(tmp_path / "metrics.jsonl") == {}


@pytest.mark.parametrize("line", ["{", "3", '"word"', "\x80"])
def test_a_damaged_last_record_is_told(tmp_path: Path, line: str) -> None:
    file = tmp_path / "metrics.jsonl"
    file.write_bytes(b"{}\n" + line.encode("latin-1") + b"\n")
    with pytest.raises(RunError, match=r"a line of metrics\.jsonl is damaged"):
        read_last(file)


def test_only_the_end_of_a_long_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "metrics.jsonl"
    file.write_bytes(b"not JSON\n" * 100_000 + b'{"epoch": 1}\n')
    assert read_last(file) == {"epoch": 1}
