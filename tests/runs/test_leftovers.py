"""What killed processes left half-made goes, and nothing else does."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from trasluz import files
from trasluz.files import new_folder, write_bytes
from trasluz.runs.leftovers import remove_leftovers

KILLED = """
import os, sys
from pathlib import Path
from trasluz.files import new_folder
with new_folder(Path(sys.argv[1])) as folder:
    (folder / "weights").write_bytes(b"half")
    os.kill(os.getpid(), 9)
"""
WAITING = """
import sys
from pathlib import Path
from trasluz.files import new_folder
with new_folder(Path(sys.argv[1])) as folder:
    print("open", flush=True)
    sys.stdin.read()
"""

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL and no question whether one lives")


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process in the midst of writing ``tmp_path/theirs``."""
    words = [sys.executable, "-c", WAITING, str(tmp_path / "theirs")]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        yield process
        process.communicate("")


def test_what_a_killed_process_left_goes(tmp_path: Path) -> None:
    target = tmp_path / "checkpoints" / "000000012"
    subprocess.run([sys.executable, "-c", KILLED, str(target)], check=False)
    (left,) = _names(target.parent)
    assert files.HIDDEN.fullmatch(left)
    remove_leftovers(tmp_path)
    assert _names(target.parent) == []


def test_what_somebody_still_writes_stays_and_arrives(tmp_path: Path, writer: subprocess.Popen[str]) -> None:
    with new_folder(tmp_path / "ours") as folder:
        (folder / "a").write_bytes(b"a")
        remove_leftovers(tmp_path)
    assert [name for name in _names(tmp_path) if not name.startswith(".")] == ["ours"]
    writer.communicate("")
    assert _names(tmp_path) == ["ours", "theirs"]


def test_where_nobody_can_tell_a_day_must_have_passed(tmp_path: Path) -> None:
    old = time.time() - 25 * 3600
    for number, name in enumerate([".run.json.0123abcd", ".model.ffffffff-1f-0123456789ab"]):
        for aged in (False, True):
            path = tmp_path / name.replace("0123", f"012{number if aged else number + 4}")
            path.write_bytes(b"?")
            if aged:
                os.utime(path, (old, old))
    remove_leftovers(tmp_path)
    assert len(_names(tmp_path)) == 2
    remove_leftovers(tmp_path, alone=True)
    assert _names(tmp_path) == []


def test_an_earlier_life_of_our_own_number_is_over(tmp_path: Path) -> None:
    (tmp_path / f".a.{files.HOST}-{os.getpid():x}-ffff00000000".replace("ffff", _other_life())).mkdir()
    ours = tmp_path / f".b.{files.HOST}-{os.getpid():x}-{files.LIFE}00000000"
    ours.mkdir()
    remove_leftovers(tmp_path)
    assert _names(tmp_path) == [ours.name]


def _other_life() -> str:
    return "0000" if files.LIFE != "0000" else "1111"


def test_what_was_moved_away_for_something_that_never_came_is_put_back(tmp_path: Path) -> None:
    for name in ("lost", "replaced"):
        away = tmp_path / f".{name}.old-ffffffff-1f-0123456789ab"
        away.mkdir()
        (away / "old").touch()
    (tmp_path / "replaced").mkdir()
    remove_leftovers(tmp_path, alone=True)
    assert _names(tmp_path) == ["lost", "replaced"]
    assert _names(tmp_path / "lost") == ["old"]
    assert _names(tmp_path / "replaced") == []


def test_other_hidden_names_and_what_links_lead_to_stay(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / ".a.0123abcd").touch()
    run = tmp_path / "run"
    run.mkdir()
    for name in (".gitignore", ".DS_Store", ".notes.txt", ".a.0123ABCD", ".lock"):
        (run / name).touch()
    (run / "linked").symlink_to(elsewhere)
    (run / ".linked.0123abcd").symlink_to(elsewhere)
    remove_leftovers(run, alone=True)
    assert (elsewhere / ".a.0123abcd").exists()
    assert _names(run) == [".DS_Store", ".a.0123ABCD", ".gitignore", ".lock", ".notes.txt", "linked"]


def test_only_the_folder_itself_is_looked_at_where_that_was_asked(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "runs"):
        folder.mkdir(exist_ok=True)
        (folder / ".a.0123abcd").touch()
    remove_leftovers(tmp_path, alone=True, deep=False)
    assert _names(tmp_path) == ["runs"]
    assert _names(tmp_path / "runs") == [".a.0123abcd"]


def test_every_hidden_name_that_is_written_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # As where folders cannot change places in one move, so that the old one has to be moved away.
    monkeypatch.setattr(files, "_exchanged", lambda _one, _other: False)
    seen: list[str] = []

    def watched(move: Callable[[Path, Path], Path]) -> Callable[[Path, Path], Path]:
        def watch(self: Path, target: Path) -> Path:
            seen.extend(path.name for path in tmp_path.iterdir() if path.name.startswith("."))
            return move(self, target)

        return watch

    for name in ("replace", "rename"):
        monkeypatch.setattr(Path, name, watched(getattr(Path, name)))
    for _twice in range(2):
        write_bytes(tmp_path / "file.json", b"")
        with new_folder(tmp_path / "000000012") as folder:
            (folder / "state.json").touch()  # one that holds something is not replaced by a plain rename
    found = [files.HIDDEN.fullmatch(name) for name in seen]
    assert all(found)
    assert {(name["name"], name["old"]) for name in found if name} == {
        ("file.json", None),
        ("000000012", None),
        ("000000012", "old-"),
    }
