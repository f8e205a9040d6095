"""Many files at once: every file once, in order, whatever mixture of tiny, large and broken ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.data.conftest import Encode, noise
from trasluz.data.read import decoding
from trasluz.data.read.decode import Content, Plan, UnreadableImageError
from trasluz.data.read.decoding import decode_all, read_headers

SIDES = (3, 60, 3, 3, 60, 60, 3)


@pytest.mark.parametrize("most_files", [1, 2, 64])
@pytest.mark.parametrize("tiny", [0, 2048, 1 << 30])
@pytest.mark.parametrize("on_disk", [False, True])
def test_results_come_in_order_however_the_work_is_shared(
    tmp_path: Path, encode: Encode, monkeypatch: pytest.MonkeyPatch, most_files: int, tiny: int, on_disk: bool
) -> None:
    monkeypatch.setattr(decoding, "_MOST_FILES", most_files)
    monkeypatch.setattr(decoding, "_TINY_BYTES", tiny)
    contents: list[Content] = [encode(noise(side, side, seed=row)) for row, side in enumerate(SIDES)]
    contents[2] = UnreadableImageError("for a reason")
    contents[4] = b"broken"
    if on_disk:
        for row, content in enumerate(contents):
            if isinstance(content, bytes):
                (tmp_path / str(row)).write_bytes(content)
                contents[row] = tmp_path / str(row)
    found = list(decode_all(enumerate(contents), Plan(60, 60, 1)))
    assert [done.row for done in found] == list(range(len(SIDES)))
    assert [done.row for done in found if done.pixels is None] == [2, 4]
    assert found[2].reason == "for a reason"
    for row in (1, 5):
        pixels = found[row].pixels
        assert pixels is not None
        np.testing.assert_array_equal(pixels[..., 0], noise(60, 60, seed=row))
    heads = list(read_headers(enumerate(contents)))
    assert [head and head.height for head in heads] == [3, 60, None, 3, None, 60, 3]


def test_no_files_give_no_results() -> None:
    assert list(decode_all([], Plan(1, 1, 1))) == []
