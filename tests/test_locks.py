"""Locks: one at a time, also when holders are killed, on another host, or come back after a long sleep."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from trasluz import locks
from trasluz.errors import HeldError, RunError, StorageError, TakenOverError
from trasluz.locks import SILENCE, Lock, lock_of

PYTHON = sys.executable
HOLDS = """
import sys, time
from pathlib import Path
from trasluz.locks import lock_of
with lock_of(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""
# Counts in a file that only a holder may change, by reading and writing it in two steps; some end by a kill.
COUNTS = """
import os, random, signal, sys, time
from pathlib import Path
from trasluz import locks
from trasluz.locks import Lock
locks._POLL = 0.02
folder, seed = Path(sys.argv[1]), int(sys.argv[2])
chance = random.Random(seed)
for turn in range(20):
    lock = Lock(folder / ".lock", folder)
    lock.take(lambda error: None)
    number = int((folder / "count").read_text())
    time.sleep(chance.random() / 500)
    (folder / "count").write_text(str(number + 1))
    (folder / f"done-{seed}").write_text(str(turn + 1))
    if seed % 2 and turn == 15:
        os.kill(os.getpid(), signal.SIGKILL)
    lock.release()
"""


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock of the folder."""
    with subprocess.Popen([PYTHON, "-c", HOLDS, str(tmp_path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def _left_by(folder: Path, age: float, **fields: Any) -> None:
    """A lock of a process on another host, last touched ``age`` seconds ago; ``fields`` replace what it says."""
    there = {"host": "faraway", "system": "another", "number": 7, "started": "1", "since": "2026-01-02T03:04:05+00:00"}
    (folder / ".lock").write_text(json.dumps({**there, "token": "x", **fields}))
    os.utime(folder / ".lock", (time.time() - age,) * 2)


def test_the_second_is_refused_with_the_name_of_the_first_and_changes_nothing(
    tmp_path: Path, holder: subprocess.Popen[str]
) -> None:
    before = tmp_path.stat().st_mtime_ns, (tmp_path / ".lock").read_bytes()
    with pytest.raises(HeldError, match=rf"process {holder.pid} on .* has been writing here since 2\d{{3}}-") as found:
        lock_of(tmp_path).take()
    assert found.value.exit_code == 2
    assert before == (tmp_path.stat().st_mtime_ns, (tmp_path / ".lock").read_bytes())
    again = pickle.loads(pickle.dumps(found.value))  # as one process of a training hands it to the others
    assert (str(again), again.holder) == (str(found.value), found.value.holder)


def test_a_killed_holder_is_followed_at_once_and_nothing_is_left(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    holder.kill()
    holder.wait()
    with lock_of(tmp_path):
        assert [path.name for path in tmp_path.iterdir()] == [".lock"]
        with pytest.raises(HeldError, match=f"process {os.getpid()} "):
            lock_of(tmp_path).take()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux says when a process started")
def test_a_number_that_another_program_has_by_now_does_not_hold(tmp_path: Path) -> None:
    with lock_of(tmp_path):
        text = json.loads((tmp_path / ".lock").read_text())
    (tmp_path / ".lock").write_text(json.dumps({**text, "started": "1"}))
    with lock_of(tmp_path):
        pass


def test_another_host_holds_for_as_long_as_it_gives_signs_of_life(tmp_path: Path) -> None:
    _left_by(tmp_path, SILENCE / 2)
    before = (tmp_path / ".lock").read_bytes()
    with pytest.raises(HeldError, match=r"process 7 on faraway .* gone once it gave no sign of life for 120 s"):
        lock_of(tmp_path).take()
    assert (tmp_path / ".lock").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]
    _left_by(tmp_path, SILENCE + 5)
    with lock_of(tmp_path):
        assert json.loads((tmp_path / ".lock").read_text())["number"] == os.getpid()


@pytest.mark.parametrize("text", ["", "[", "[1]", '{"number": -1}', '{"number": "x"}', "[" * 4000, "\x00" * 5000])
def test_a_damaged_lock_holds_no_longer_than_an_unknown_host(tmp_path: Path, text: str) -> None:
    (tmp_path / ".lock").write_text(text)
    with pytest.raises(HeldError, match="an unknown process"):
        lock_of(tmp_path).take()
    os.utime(tmp_path / ".lock", (time.time() - SILENCE - 5,) * 2)
    with lock_of(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no named pipes in folders")
def test_what_is_no_file_is_no_lock_and_hangs_nobody(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / ".lock")
    with pytest.raises(RunError, match="no file"):
        lock_of(tmp_path).take()
    (tmp_path / ".lock").unlink()
    (tmp_path / ".lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RunError, match="no file"):
        lock_of(tmp_path).take()
    assert not (tmp_path / "elsewhere").exists()


def test_who_was_silent_for_too_long_writes_no_more_and_leaves_the_others_lock(tmp_path: Path) -> None:
    sleeper, other = lock_of(tmp_path), lock_of(tmp_path)
    sleeper.take()
    sleeper.check()
    _left_by(tmp_path, SILENCE + 5)  # as seen by a host that cannot ask this process
    other.take()
    with pytest.raises(TakenOverError, match=f"process {os.getpid()} on .* took over"):
        sleeper.check()
    sleeper.release()
    other.check()
    assert (tmp_path / ".lock").exists()
    other.release()
    assert not (tmp_path / ".lock").exists()


def test_a_holder_gives_signs_of_life(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "BEAT", 0.05)
    with lock_of(tmp_path):
        os.utime(tmp_path / ".lock", (1, 1))
        until = time.monotonic() + 10
        while (tmp_path / ".lock").stat().st_mtime == 1 and time.monotonic() < until:
            time.sleep(0.02)
        assert time.time() - (tmp_path / ".lock").stat().st_mtime < 20


def test_folders_without_links_have_locks_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_paths: object) -> None:
        raise PermissionError(1, "no links here")

    monkeypatch.setattr(os, "link", refused)
    with lock_of(tmp_path), pytest.raises(HeldError):
        lock_of(tmp_path).take()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_gone_or_may_not_be_written_is_said_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(RunError, match="deleted meanwhile"):
        lock_of(tmp_path / "gone").take()

    def refused(*_words: object, **_more: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, "write_text", refused)
    with pytest.raises(StorageError, match="cannot be written"):
        lock_of(tmp_path).take()


def test_what_killed_processes_left_beside_a_lock_goes_when_it_is_released(tmp_path: Path) -> None:
    with lock_of(tmp_path):
        text = json.loads((tmp_path / ".lock").read_text())
        (tmp_path / ".lock.01234567").write_text(json.dumps({**text, "number": 2**30}))
        (tmp_path / ".lock.89abcdef").write_text(json.dumps(text))  # of a process that takes it now
        (tmp_path / ".lock.guard").write_text("")
    assert [path.name for path in tmp_path.iterdir()] == [".lock.89abcdef"]


def test_eight_processes_never_hold_at_once_though_some_are_killed_holding(tmp_path: Path) -> None:
    (tmp_path / "count").write_text("0")
    started = [subprocess.Popen([PYTHON, "-c", COUNTS, str(tmp_path), str(seed)]) for seed in range(8)]
    codes = [process.wait(timeout=60) for process in started]
    assert codes == [0, -9] * 4
    turns = sum(int((tmp_path / f"done-{seed}").read_text()) for seed in range(8))
    assert turns == 4 * 20 + 4 * 16
    assert int((tmp_path / "count").read_text()) == turns
    with Lock(tmp_path / ".lock", tmp_path):  # the last may have been killed
        pass
    assert not list(tmp_path.glob(".*"))
