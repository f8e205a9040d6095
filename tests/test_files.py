"""Atomic writing: a failure leaves the old content and no debris."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from trasluz.errors import StorageError
from trasluz.files import new_folder, storage, write_bytes


def test_a_failed_write_leaves_the_old_file_and_no_debris(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "run.json"
    write_bytes(target, b"old")

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="disk is full"):
        write_bytes(target, b"new")
    assert target.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["run.json"]


def test_a_folder_that_fails_half_way_leaves_the_old_one(tmp_path: Path) -> None:
    target = tmp_path / "best"
    with new_folder(target) as folder:
        (folder / "a").write_text("old")

    def fail() -> None:
        with new_folder(target) as folder:
            (folder / "a").write_text("new")
            raise OSError(errno.EDQUOT, "Disk quota exceeded")

    with pytest.raises(StorageError, match="disk is full"):
        fail()
    assert (target / "a").read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["best"]


def test_a_new_folder_replaces_the_old_one_whole(tmp_path: Path) -> None:
    target = tmp_path / "x"
    for text, name in (("1", "a"), ("2", "b")):
        with new_folder(target) as folder:
            (folder / name).write_text(text)
    assert [p.name for p in target.iterdir()] == ["b"]


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "disk is full"), (errno.EROFS, "cannot be written"), (errno.EACCES, "cannot be written")],
)
def test_each_refusal_becomes_one_sentence(number: int, words: str) -> None:
    with pytest.raises(StorageError, match=words), storage(Path("x")):
        raise OSError(number, os.strerror(number))


def test_other_system_errors_are_not_hidden() -> None:
    with pytest.raises(IsADirectoryError), storage(Path("x")):
        raise IsADirectoryError(errno.EISDIR, "is a directory")
