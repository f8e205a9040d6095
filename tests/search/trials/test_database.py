"""Trials in a real PostgreSQL: workers of several hosts, some killed again and again; a server that goes away."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.search.trials.made_search import (
    Made,
    create,
    forked,
    kill_again_and_again,
    made_study,
    queue_of,
    record,
    score_of,
    trials_of,
    work,
)
from tests.search.trials.postgres import Server, server
from trasluz import processes
from trasluz.errors import RequestError
from trasluz.reporting import Reporter
from trasluz.search.trials import place as places
from trasluz.search.trials import queue as queues
from trasluz.search.trials import signs
from trasluz.search.trials.keeping import description_in
from trasluz.search.trials.place import Place, without_password


@pytest.fixture(scope="module")
def database() -> Iterator[Server]:
    with server() as found:
        yield found


def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Signs of life every second, and silence after three, so that a test need not wait two minutes."""
    monkeypatch.setattr(places, "BEAT", 1)
    monkeypatch.setattr(places, "SILENCE", 3)
    monkeypatch.setattr(signs, "BEAT", 1)
    monkeypatch.setattr(queues, "BEAT", 1)
    monkeypatch.setattr(queues, "SILENCE", 3)


def test_a_worker_needs_nothing_but_the_name(database: Server, tmp_path: Path) -> None:
    place = Place("alone", tmp_path, database.url)
    plan = create(place, made_study(search={"sampler": "random", "trials": 6}))
    asked, base = description_in(Place("alone", tmp_path / "elsewhere", database.url), Reporter())
    assert (asked, base) == (plan.study, None)
    work(place, plan, Made())
    assert [t.state.name for t in trials_of(place, plan)] == ["COMPLETE"] * 6
    with pytest.raises(RequestError, match=r"nothing: there is no such search in .*; there are .*alone"):
        description_in(Place("nothing", tmp_path, database.url), Reporter())


def test_a_worker_on_another_host_that_falls_silent_is_followed_and_loses_its_trial(
    database: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _quick(monkeypatch)
    place = Place("silent", tmp_path, database.url)
    plan = create(place, made_study(seeds=2, search={"sampler": "random", "trials": 2}))
    far = queue_of(place, plan, Reporter())
    object.__setattr__(far.worker, "process", processes.Process("far", "another system", 1, "1"))
    claimed = far.claim()
    assert claimed is not None
    cell, other = plan.cells(claimed.point, claimed.values)
    far.keep_cell(claimed, "0", record(cell))
    trainer = Made()
    work(place, plan, trainer)
    found = trials_of(place, plan)
    assert [t.state.name for t in found] == ["COMPLETE"] * 2
    assert trainer.trained == 3  # of four cells one was done before its worker fell silent
    value = next(t.value for t in found if t.user_attrs["point"] == claimed.point)
    assert value == pytest.approx((score_of(cell) + score_of(other)) / 2)
    with pytest.raises(queues.LostError):
        far.keep_cell(claimed, "1", record(other))
    far.close()


def test_four_workers_on_two_hosts_lose_no_cell_and_do_none_twice(
    database: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _quick(monkeypatch)
    place = Place("killed", tmp_path, database.url)
    marks = tmp_path / "marks"
    marks.mkdir()
    plan = create(place, made_study(search={"sampler": "random", "trials": 40}))
    begun: list[int] = []

    def begin() -> int:
        begun.append(len(begun))
        host = len(begun) % 2

        def child() -> None:
            monkeypatch.setattr(processes, "_system", lambda: f"host {host}")
            work(place, plan, Made(marks, 0.1))

        return forked(child)

    killed = kill_again_and_again(begin, workers=4, every=0.4, least=4, limit=180)
    found = trials_of(place, plan)
    assert killed >= 4
    assert {t.state.name for t in found} == {"COMPLETE"}
    assert sorted(t.user_attrs["point"] for t in found) == list(range(40))
    assert sorted(path.name for path in marks.iterdir()) == sorted(f"trial-{p}-0" for p in range(40))


def test_a_server_that_goes_away_is_waited_for_and_nothing_is_lost(database: Server, tmp_path: Path) -> None:
    told: list[str] = []

    class Ear(Reporter):
        def say(self, message: str) -> None:
            told.append(message)

        warn = say

    place = Place("away", tmp_path, database.url)
    plan = create(place, made_study(search={"sampler": "random", "trials": 20}))
    trainer = Made(seconds=0.1)

    def away() -> None:
        time.sleep(0.8)
        database.stop()
        time.sleep(1.5)
        database.start()

    outage = threading.Thread(target=away)
    outage.start()
    work(place, plan, trainer, Ear())
    outage.join()
    assert any("does not answer" in message and "waiting for it" in message for message in told)
    assert any("answers again" in message for message in told)
    found = trials_of(place, plan)
    assert [t.state.name for t in found] == ["COMPLETE"] * 20
    assert trainer.trained == 20


def test_no_password_is_shown_or_kept(tmp_path: Path) -> None:
    url = "postgresql://ana:secret@host:5432/db?sslmode=require"
    place = Place("x", tmp_path, url)
    place.remember()
    assert "secret" not in (tmp_path / "storage.json").read_text() + place.shown
    assert without_password(url) == "postgresql://ana@host:5432/db?sslmode=require"
    assert Place.of(tmp_path).url == without_password(url)
    assert Place.of(tmp_path, url).url == url
    with pytest.raises(RequestError, match="are kept in postgresql://ana@host"):
        Place.of(tmp_path, "postgresql://ana@other/db")
