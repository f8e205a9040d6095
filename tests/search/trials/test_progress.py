"""The progress of a search: what was done before is no speed, what other workers do counts, minutes have an end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.search.trials.made_search import Made, create, made_study, queue_of, record, work
from trasluz.errors import Interrupted
from trasluz.reporting import Reporter, Task
from trasluz.search.folder import Cell
from trasluz.search.trials import working
from trasluz.search.trials.place import Place
from trasluz.search.trials.plan import Plan
from trasluz.search.trials.working import CellDone, Watch


class Seen(Task):
    def __init__(self) -> None:
        self.before = self.done = 0
        self.notes: list[str] = []

    def advance(self, amount: int = 1, note: str = "") -> None:
        self.done += amount
        self.notes.append(note)

    def resume(self, amount: int, note: str = "") -> None:
        self.before += amount


class Watcher(Reporter):
    def __init__(self) -> None:
        self.seen = Seen()
        self.total: int | None = None

    @contextmanager
    def task(self, title: str, total: int | None = None, counted: str = "") -> Iterator[Task]:
        self.total = total
        yield self.seen


class Stops(Made):
    """Is interrupted after two cells."""

    def train(self, cells: Iterable[Cell], watch: Watch | None, fresh: bool) -> Iterator[CellDone]:
        if self.trained == 2:
            raise Interrupted
        yield from super().train(cells, watch, fresh)


class WithAnother(Made):
    """While the first cell trains, another worker does a trial."""

    def __init__(self, place: Place, plan: Plan) -> None:
        super().__init__()
        self._place, self._plan = place, plan

    def train(self, cells: Iterable[Cell], watch: Watch | None, fresh: bool) -> Iterator[CellDone]:
        if not self.trained:
            with queue_of(self._place, self._plan, Reporter()) as queue:
                claimed = queue.claim()
                assert claimed is not None
                (cell,) = self._plan.cells(claimed.point, claimed.values)
                queue.keep_cell(claimed, "0", record(cell))
                queue.finish(claimed, 2.0)  # better than any can be
                queue.close()
        yield from super().train(cells, watch, fresh)


def test_what_was_done_before_counts_but_is_no_speed(tmp_path: Path) -> None:
    place = Place("made", tmp_path)
    plan = create(place, made_study(search={"sampler": "random", "trials": 6}))
    with pytest.raises(Interrupted):
        work(place, plan, Stops())
    watcher = Watcher()
    work(place, plan, Made(), watcher)
    assert (watcher.total, watcher.seen.before, watcher.seen.done) == (6, 2, 4)


def test_what_another_worker_does_counts_once_and_its_best_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "_NEWS", 0.0)
    place = Place("made", tmp_path)
    plan = create(place, made_study(search={"sampler": "random", "trials": 5}))
    watcher = Watcher()
    done = work(place, plan, WithAnother(place, plan), watcher)
    assert (watcher.seen.done, done.standing.done) == (5, 5)
    assert "best so far accuracy 2" in watcher.seen.notes[-1]


def test_minutes_without_a_number_of_trials_say_how_long_is_left(tmp_path: Path) -> None:
    place = Place("made", tmp_path)
    plan = create(place, made_study(search={"sampler": "random", "minutes": 0.01}))
    watcher = Watcher()
    work(place, plan, Made(seconds=0.05), watcher)
    assert watcher.total is None
    assert any("left · best so far" in note for note in watcher.seen.notes)
