"""Test data are read once, for the one that a search chose, after it has ended."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trasluz import api
from trasluz.api.searching import SearchResult
from trasluz.errors import DamagedError, DataError, RequestError
from trasluz.reporting import Reporter

RATE = "train.optimiser.learning_rate"
SMALL = {"train.epochs": 1, "model.network.channels": [8], "data.limit": 80}


def _search(**more: Any) -> SearchResult:
    found = api.search_settings("digits-cnn", **{"set": SMALL, "over": {RATE: [0.001, 0.03]}, **more})
    assert isinstance(found, SearchResult)
    return found


class _Heard(Reporter):
    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, message: str) -> None:
        self.said.append(message)

    warn = say


def _tested_runs(folder: Path) -> set[str]:
    return {path.parents[1].name for path in (folder / "runs").glob("*/looks/evaluation-test")}


def test_the_winner_alone_is_judged_with_all_its_folds_and_shown_beside_what_it_promised(tmp_path: Path) -> None:
    found = _search(folds=2, runs=tmp_path)
    assert found.best is not None
    assert found.tested is None
    assert not _tested_runs(found.path)
    tested = found.test()
    assert (tested.trial, tested.values, tested.chosen_by) == (found.best.name, found.best.values, found.best.value)
    assert _tested_runs(found.path) == {cell["run"] for cell in found.best.cells} == set(tested.runs)
    right = []
    for name in tested.runs:
        records = api.open_run(found.path / "runs" / name).evaluations()["test"].arrays
        right.append(records["probabilities"].argmax(axis=1) == records["labels"])
    assert tested.score == pytest.approx(np.mean(right))
    assert tested.samples == len(right[0]), "both folds are judged on the same test samples, each of which is one"
    assert tested.low is not None
    assert tested.high is not None
    assert tested.low < tested.score < tested.high
    assert not tested.mixed
    winner = json.loads((found.path / "winner.json").read_text())
    if winner["best"] == tested.trial:
        assert tested.expected == winner["expected"]
    page = found.page.read_text(encoding="utf-8")
    assert "What does the winner give on test data?" in page
    assert tested.read[:10] in page


def test_a_second_time_shows_what_was_read_and_reads_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = _search(runs=tmp_path)
    first = found.test()
    monkeypatch.setattr(api.Run, "evaluate", lambda *_words, **_more: pytest.fail("test data were read again"))
    heard = _Heard()
    again = api.search_test(found.path, reporter=heard)
    assert again.tested == first
    assert any("they are not read again" in said for said in heard.said)


def test_a_better_one_that_came_later_is_not_judged(tmp_path: Path) -> None:
    found = _search(over={RATE: {"low": 1e-9, "high": 1e-8, "log": True}}, sampler="random", trials=1, runs=tmp_path)
    first = found.test()
    more = api.search_settings(found.path, trials=6)
    assert isinstance(more, SearchResult)
    assert more.tested == first
    heard = _Heard()
    assert more.test(reporter=heard) == first
    assert more.best is not None
    if more.best.name != first.trial:
        assert any(f"The best trial is {more.best.name} by now" in said for said in heard.said)
    assert _tested_runs(found.path) == set(first.runs)


def test_seeds_that_drew_their_own_test_data_are_told(tmp_path: Path) -> None:
    assert _search(seeds=2, runs=tmp_path / "drawn").test().mixed
    held = _search(seeds=2, set={**SMALL, "data.split_seed": 3}, runs=tmp_path / "held").test()
    assert not held.mixed
    assert len(held.runs) == 2


def test_what_cannot_be_tested_is_refused(tmp_path: Path) -> None:
    waiting = _search(runs=tmp_path, work=False)
    assert not waiting.ended
    with pytest.raises(RequestError, match="this search has not ended"):
        waiting.test()
    without = _search(set={**SMALL, "data.test": None}, runs=tmp_path)
    with pytest.raises(DataError, match="there is no test split"):
        without.test()
    assert not (without.path / "test.json").exists()
    (without.path / "test.json").write_text('{"trial": 1}')
    with pytest.raises(DamagedError, match="was read before and cannot be read now"):
        api.search_test(without.path)
