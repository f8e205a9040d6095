"""Atomic writing: a failure leaves the old content and no debris."""

from __future__ import annotations

import errno
import os
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from trasluz import files
from trasluz.errors import StorageError
from trasluz.files import new_folder, storage, whole_folder, write_bytes, write_json
from trasluz.reading import NotAFileError, open_regular, read_arrays, read_json, read_regular


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


def test_in_a_folder_that_is_being_made_everything_is_written_where_it_belongs_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, moved, synced = tmp_path / "run", list[str](), list[str]()
    really, fsync = Path.replace, os.fsync
    monkeypatch.setattr(Path, "replace", lambda self, to: (moved.append(Path(to).name), really(self, to))[1])
    monkeypatch.setattr(os, "fsync", lambda number: (synced.append(str(number)), fsync(number))[1])
    with new_folder(target) as folder:
        write_json(folder / "run.json", {"old": True})
        write_json(folder / "run.json", {"old": False})
        for text in ("1", "2"):
            with new_folder(folder / "model") as inner:
                assert inner == folder / "model"
                (inner / text).write_text(text)
        assert not target.exists()
        assert moved == synced == []
    assert [name for name in moved if name != "run" and not name.startswith(".run.old-")] == []
    assert len(synced) == 3  # two files, and the folder that has the new name
    assert read_json(target / "run.json") == {"old": False}
    assert [path.name for path in (target / "model").iterdir()] == ["2"]
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_what_fails_in_a_folder_that_is_being_made_leaves_nothing_there(tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        with new_folder(folder / "model") as inner:
            (inner / "half").write_text("")
            raise OSError(errno.ENOSPC, "No space left on device")

    with new_folder(tmp_path / "run") as folder:
        (folder / "kept").write_text("")
        with pytest.raises(StorageError, match="disk is full"):
            fail(folder)
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["kept"]
    with pytest.raises(StorageError), new_folder(tmp_path / "other") as folder:
        fail(folder)
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


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


@pytest.mark.parametrize("exchange", [True, False])
def test_what_is_read_of_a_folder_that_others_replace_is_of_one_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchange: bool
) -> None:
    """Two files that belong together, written by two threads and read by two, also where folders cannot change places
    in one move."""
    if not exchange:
        monkeypatch.setattr(files, "_exchanged", lambda _one, _other: False)
    target, done, wrong = tmp_path / "kept", threading.Event(), list[str]()

    def write(number: int) -> None:
        while not done.is_set():
            with new_folder(target) as folder:
                np.savez(folder / "arrays.npz", number=np.full(5, number))
                (folder / "number").write_text(str(number))

    @whole_folder
    def read(folder: Path) -> bool:
        number = int((folder / "number").read_text())
        time.sleep(0.002)
        return bool((read_arrays(folder / "arrays.npz")["number"] == number).all())

    def watch() -> None:
        for _time in range(100):
            try:
                if not read(target):
                    wrong.append("mixed")
            except Exception as error:
                wrong.append(str(error))

    with new_folder(target) as folder:
        np.savez(folder / "arrays.npz", number=np.zeros(5))
        (folder / "number").write_text("0")
    writers = [threading.Thread(target=write, args=(number,)) for number in (1, 2)]
    readers = [threading.Thread(target=watch) for _reader in range(2)]
    for thread in (*writers, *readers):
        thread.start()
    for thread in readers:
        thread.join()
    done.set()
    for thread in writers:
        thread.join()
    # Without the move in one, a folder may be away just when it is asked for: then it says so, and nothing is mixed.
    assert [said for said in wrong if exchange or said == "mixed"] == []
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def _put(kind: str, path: Path) -> None:
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    else:
        path.mkdir()


@pytest.mark.parametrize("kind", ["pipe", "device", "folder"])
def test_what_is_no_regular_file_is_not_even_opened(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _put(kind, tmp_path / "x")
    monkeypatch.setattr(os, "open", lambda *_given: pytest.fail("it was opened"))
    with pytest.raises(NotAFileError):
        open_regular(tmp_path / "x")
    with pytest.raises(OSError, match="a pipe, socket or device"):
        read_json(tmp_path / "x")


def test_a_pipe_put_in_the_place_of_a_file_meanwhile_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, pipe, really = tmp_path / "x", tmp_path / "pipe", os.open
    file.write_bytes(b"1")
    os.mkfifo(pipe)
    monkeypatch.setattr(os, "open", lambda _path, flags: really(pipe, flags))
    with pytest.raises(NotAFileError):
        open_regular(file)


def test_the_limit_is_on_what_is_there_not_on_what_is_announced(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"12345")
    assert read_regular(tmp_path / "x", 5) == b"12345"
    assert read_regular(tmp_path / "x", 4) is None
    assert read_regular(Path("/proc/self/status"), 4) is None  # a file of the kernel announces no size at all


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"[" * 100_000, "brackets in brackets"),
        (b'{"a":' * 100_000, "brackets in brackets"),
        (b"9" * 5000, "4300 digits"),
        (b"{", "Expecting"),
        (b'{"a": "\xff"}', "utf-8"),
    ],
)
def test_json_that_cannot_be_read_is_a_value_error_with_the_reason(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(ValueError, match=words):
        read_json(tmp_path / "x")


def test_names_that_are_no_unicode_come_back_from_json_as_they_were(tmp_path: Path) -> None:
    tree = {"name": os.fsdecode(b"ni\xf1o"), "and": "niño \u202e"}
    write_json(tmp_path / "x", tree)
    assert read_json(tmp_path / "x") == tree
    (tmp_path / "x").read_bytes().decode()  # the file itself is UTF-8
