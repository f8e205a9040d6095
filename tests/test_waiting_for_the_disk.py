"""Many files wait for the disk once: inside a block none does, outside each, in other threads as ever."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from trasluz import files
from trasluz.files import new_folder, sync_all, without_waiting, write_bytes


def test_inside_the_block_nothing_waits_and_all_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[int] = []
    monkeypatch.setattr(files.os, "fsync", waits.append)
    write_bytes(tmp_path / "before", b"1")
    assert len(waits) == 2  # the file and its folder
    with without_waiting():
        write_bytes(tmp_path / "file", b"2")
        with new_folder(tmp_path / "folder") as folder, without_waiting():
            (folder / "inside").write_bytes(b"3")
        other = threading.Thread(target=write_bytes, args=(tmp_path / "thread", b"4"))
        other.start()
        other.join()
    assert len(waits) == 4
    write_bytes(tmp_path / "after", b"5")
    assert len(waits) == 6
    assert sorted(p.name for p in tmp_path.iterdir()) == ["after", "before", "file", "folder", "thread"]
    assert (tmp_path / "file").read_bytes() == b"2"
    assert (tmp_path / "folder" / "inside").read_bytes() == b"3"


def test_an_error_ends_the_block_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[int] = []
    monkeypatch.setattr(files.os, "fsync", waits.append)
    with pytest.raises(ZeroDivisionError), without_waiting():
        raise ZeroDivisionError
    write_bytes(tmp_path / "file", b"1")
    assert len(waits) == 2


def test_all_is_waited_for_by_file_system_or_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").is_dir() else None  # noqa: PTH208
    sync_all(tmp_path)
    assert before is None or len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208
    everywhere: list[bool] = []
    monkeypatch.setattr(files.ctypes, "CDLL", lambda _name: object())
    monkeypatch.setattr(files.os, "sync", lambda: everywhere.append(True))
    sync_all(tmp_path)
    assert everywhere == [True]
