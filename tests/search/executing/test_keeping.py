"""Members that are put in their places whole: nobody sees one before it is finished, and an error leaves none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.search.executing.cells import memory, recipe
from trasluz.errors import StorageError
from trasluz.files import new_folder
from trasluz.runs.folder import RunFolder, list_runs
from trasluz.search.executing import Piece, keeping
from trasluz.training.store import MemoryStore, Store


class Whole:
    """Makes a run at once, and in no other way."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(self) -> Store:
        raise AssertionError("it was to be made whole")

    @contextmanager
    def whole(self, **facts: Any) -> Iterator[Store]:
        with new_folder(self.path) as beside:
            run = RunFolder(beside)
            run.begin(recipe())
            run.describe(recipe(), **facts)
            yield run


def _trained() -> MemoryStore:
    found = MemoryStore()
    found.append_metrics({"epoch": 1, "step": 2, "train/loss": 0.5})
    found.write_checkpoint("best", {"epoch": 1})
    found.update_info(status="finished")
    return found


def test_members_are_finished_when_they_are_first_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    real = keeping.sync_all
    monkeypatch.setattr(keeping, "sync_all", lambda p: (seen.append(len(list(list_runs(tmp_path)))), real(p))[1])
    pieces = [Piece(recipe(), Whole(tmp_path / f"run{number}")) for number in range(3)]
    keeping.keep([*pieces, Piece(recipe(), memory)], [_trained() for _each in range(4)])
    assert seen == [0, 3]  # their contents are on the disk before their names
    for run in list_runs(tmp_path):
        assert run.info()["status"] == "finished"
        assert [record["epoch"] for record in run.metrics()] == [1]
        assert (run.path / "checkpoints" / "best" / "manifest.json").is_file()
    assert not list(tmp_path.rglob(".*"))


def test_an_error_in_the_midst_leaves_no_member(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled: list[Store] = []

    def fill(store: Store, *_given: object) -> None:
        filled.append(store)
        if len(filled) == 2:
            raise StorageError("full")

    monkeypatch.setattr(keeping, "_fill", fill)
    pieces = [Piece(recipe(), Whole(tmp_path / f"run{number}")) for number in range(3)]
    with pytest.raises(StorageError, match="full"):
        keeping.keep(pieces, [_trained() for _each in range(3)])
    assert list(tmp_path.iterdir()) == []
