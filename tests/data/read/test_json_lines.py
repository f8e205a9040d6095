"""JSON Lines as the cells of a table."""

from __future__ import annotations

from pathlib import Path

import pytest

from trasluz.data.read.json_lines import read_json_lines
from trasluz.errors import DataError


def test_lines_become_rows_under_all_names(tmp_path: Path) -> None:
    path = tmp_path / "metadata.jsonl"
    path.write_text(
        '{"file_name": "0.png", "label": 3, "ok": true}\n\n{"file_name": "1.png", "tags": ["a", "b"], "box": [[1]]}\n'
    )
    sheet = read_json_lines(path)
    assert sheet.header == ("file_name", "label", "ok", "tags", "box")
    assert sheet.rows == (("0.png", "3", "true", "", ""), ("1.png", "", "", "a|b", "[[1]]"))
    assert sheet.lines == (1, 3)


@pytest.mark.parametrize("line", ["[1]", "no", "[" * 100_000, '{"a": '])
def test_what_is_no_object_is_named_by_its_line(tmp_path: Path, line: str) -> None:
    (tmp_path / "x.jsonl").write_text('{"a": 1}\n' + line)
    with pytest.raises(DataError, match="line 2 is no JSON object"):
        read_json_lines(tmp_path / "x.jsonl")
