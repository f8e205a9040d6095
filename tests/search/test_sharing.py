"""Processes that share a study: each cell is done once, by one of them, whoever is killed meanwhile."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.search.made_cells import made_study
from trasluz.errors import HeldError, TakenOverError
from trasluz.reporting import Reporter
from trasluz.search import sharing
from trasluz.search.folder import Cell, StudyFolder, cells_of
from trasluz.search.sharing import share, share_together, sweep

ROOT = Path(__file__).parent.parent.parent
# A cell is done once its file is there; some processes are killed in the midst of a cell that they began.
WORKS = """
import os, random, signal, sys, time
from pathlib import Path
from trasluz.reporting import Reporter
from trasluz.search import sharing
from trasluz.search.folder import StudyFolder, cells_of
folder, seed = StudyFolder(Path(sys.argv[1])), int(sys.argv[2])
chance, sharing._POLL = random.Random(seed), 0.1
def work(number, cell):
    time.sleep(0.1 + chance.random() / 10)
    if seed % 4 == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    with open(folder.path / "log", "a") as log:
        log.write(f"{number}\\n")
    (folder.runs / str(number)).touch()
cells = cells_of(folder.study())
sharing.share(folder, cells, lambda cell: (folder.runs / str(cells.index(cell) + 1)).exists(), work, Reporter())
"""


class Heard(Reporter):
    """Remembers what was said."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, message: str) -> None:
        self.said.append(message)


def _study(tmp_path: Path) -> tuple[StudyFolder, list[Cell]]:
    folder, study = made_study(tmp_path, 4, 2)
    return folder, cells_of(study)


def test_eight_processes_do_each_of_eight_cells_once_though_two_are_killed(tmp_path: Path) -> None:
    folder, cells = _study(tmp_path)
    assert len(cells) == 8
    words = [sys.executable, "-c", WORKS, str(folder.path)]
    started = [subprocess.Popen([*words, str(seed)], cwd=ROOT) for seed in range(8)]
    codes = [process.wait(timeout=60) for process in started]
    assert [code for seed, code in enumerate(codes) if seed % 4 != 3] == [0] * 6
    assert sorted((folder.path / "log").read_text().split()) == sorted(str(n) for n in range(1, 9))
    sweep(folder)
    assert not list(folder.path.glob(".*"))


def test_what_another_process_does_is_waited_for_and_said_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, cells = _study(tmp_path)
    looks, done, heard = [], set(), Heard()
    other = folder.lease(cells[1])
    other.take()

    def pause() -> None:
        looks.append(set(done))
        if len(looks) == 3:
            done.add(cells[1].recipe_hash)
            other.release()

    monkeypatch.setattr(sharing, "_pause", pause)
    share(
        folder,
        cells,
        lambda cell: cell.recipe_hash in done,
        lambda _number, cell: done.add(cell.recipe_hash),
        heard,
    )
    assert len(looks) == 3
    assert looks[0] == {cell.recipe_hash for cell in cells if cell is not cells[1]}
    (sentence,) = heard.said
    assert sentence.startswith("1 run is being trained by process ")


def test_a_run_that_is_held_by_hand_or_was_taken_over_is_come_back_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, cells = _study(tmp_path)
    calls: list[int] = []
    done: set[str] = set()
    monkeypatch.setattr(sharing, "_pause", lambda: None)

    def work(number: int, cell: Cell) -> None:
        calls.append(number)
        if calls.count(number) == 1 and number == 2:
            raise HeldError("held", "somebody")
        if calls.count(number) == 1 and number == 3:
            raise TakenOverError("taken over")
        done.add(cell.recipe_hash)

    share(folder, cells, lambda cell: cell.recipe_hash in done, work, Reporter())
    assert calls == [1, 2, 3, 4, 5, 6, 7, 8, 2, 3]


def test_a_study_that_is_done_leaves_no_trace_of_being_asked(tmp_path: Path) -> None:
    folder, cells = _study(tmp_path)
    before = folder.path.stat().st_mtime_ns
    share(folder, cells, lambda _cell: True, lambda _number, _cell: pytest.fail("worked"), Reporter())
    assert folder.path.stat().st_mtime_ns == before


def test_several_cells_are_held_together_and_let_go_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, cells = _study(tmp_path)
    done: set[str] = {cells[0].recipe_hash}
    taken: list[list[int]] = []
    other = folder.lease(cells[2])
    other.take()
    monkeypatch.setattr(sharing, "_pause", other.release)

    def work(own: Sequence[tuple[int, Cell]]) -> Iterator[tuple[Cell, Exception | None]]:
        taken.append([number for number, _cell in own])
        assert len(folder.leases_left()) == len(own) + (1 if len(taken) < 5 else 0)
        for place, (number, cell) in enumerate(own):
            if number == 5 and len(taken) == 2:
                yield cell, TakenOverError("taken over")
                continue
            done.add(cell.recipe_hash)
            yield cell, None
            assert len(folder.leases_left()) == len(own) - place - 1 + (1 if len(taken) < 5 else 0)

    share_together(folder, cells, lambda cell: cell.recipe_hash in done, work, lambda: 2, Reporter())
    assert taken == [[2, 4], [5, 6], [7, 8], [5], [3]]
    assert not folder.leases_left()
