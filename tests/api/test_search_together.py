"""Cells that a search trains together are runs like any other: the facts, evaluations and weights of one by itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.search.executing.test_execute import stacked
from tests.search.executing.test_unfinished import stop_after
from trasluz import api
from trasluz.api import search_together
from trasluz.api.run import Run
from trasluz.api.search_cells import OneByOne
from trasluz.api.search_together import Together, trainer_for
from trasluz.api.searching import SearchResult
from trasluz.errors import Interrupted
from trasluz.recipe.files import load
from trasluz.recipe.study import Study
from trasluz.reporting import Reporter
from trasluz.search.executing import execute
from trasluz.search.trials.plan import Plan

SMALL: dict[str, Any] = {
    "compute.precision": "fp32",  # half precision has digits too few to compare by
    "train.epochs": 2,
    "data.limit": 120,
    "data.split_seed": 0,
    "data.test": None,
    "model.network": {"name": "dense", "hidden": [8]},
}
RATE = "train.optimiser.learning_rate"


def _search(runs: Path, **more: Any) -> SearchResult:
    found = api.search_settings("digits-cnn", **{"set": SMALL, "over": {RATE: [0.001, 0.03]}, "runs": runs, **more})
    assert isinstance(found, SearchResult)
    return found


def _runs(found: SearchResult) -> list[Run]:
    return [api.open_run(found.path / "runs" / cell["run"]) for trial in found.trials for cell in trial.cells]


@pytest.mark.parametrize("processes", [1, 2])
def test_each_is_a_run_as_train_would_make_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, processes: int) -> None:
    monkeypatch.setattr(search_together, "execute", lambda *words: execute(*words, processes=processes, start=0.0))
    more = {"train.accumulate": 2} if processes == 2 else {}  # which no population does
    found = _search(tmp_path / "search", seeds=2, set={**SMALL, **more})
    runs = _runs(found)
    assert len(runs) == 4
    for run in runs:
        alone = api.train(run.recipe, runs=tmp_path / "alone")
        assert run.recipe.hash == alone.recipe.hash
        assert set(alone.info) <= set(run.info)
        same = (
            "fingerprint",
            "splits",
            "splitting",
            "split_fingerprints",
            "classes",
            "audit",
            "versions",
            "started_from",
        )
        for fact in (*same, "started_from", "status", "recipe_hash", "parameters", "packages", "data", "in_memory"):
            assert run.info[fact] == alone.info[fact], fact
        assert run.info["hardware"]["layout"] == alone.info["hardware"]["layout"]
        assert run.info["timings"]["training_seconds"] > 0
        kept, judged = run.evaluations()["valid"], alone.evaluate("valid")
        assert kept.metrics == pytest.approx(judged.metrics, rel=1e-3, abs=1e-4)
        assert kept.arrays.keys() == judged.arrays.keys()
        assert kept.baselines == judged.baselines
        assert run.evaluate("valid").metrics == pytest.approx(kept.metrics, rel=1e-6)
        assert api.resume(run).status == "finished"


def test_what_diverges_is_told_as_of_one_by_itself(tmp_path: Path) -> None:
    found = _search(tmp_path, set={**SMALL, "train.optimiser.name": "sgd"}, over={RATE: [0.01, 1e30, 0.02]})
    (lost,) = (trial for trial in found.trials if trial.failure is not None)
    assert lost.values[RATE] == 1e30
    assert "was not finite in epoch" in str(lost.failure)
    assert [trial.state for trial in found.trials].count("complete") == 2


def test_after_an_interruption_only_what_was_begun_goes_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_words: object) -> Any:
        raise Interrupted("stopped")
        yield

    with monkeypatch.context() as patch:
        patch.setattr(search_together, "execute", stopped)
        with pytest.raises(Interrupted, match="trasluz search"):
            _search(tmp_path)
    done = api.search_settings(next(tmp_path.iterdir()))
    assert isinstance(done, SearchResult)
    assert [run.status for run in _runs(done)] == ["finished"] * 2
    assert len(list((done.path / "runs").glob("*/run.json"))) == 2
    assert all("population" in run.info or run.info["hardware"]["threads"] == 1 for run in _runs(done))


def test_a_search_that_was_stopped_in_the_midst_goes_on_with_the_same_bits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stacked(monkeypatch, True)
    whole = _search(tmp_path / "whole", seeds=2)
    with monkeypatch.context() as patch:
        stop_after(patch, 3)
        with pytest.raises(Interrupted, match="trasluz search"):
            _search(tmp_path / "parts", seeds=2)
    (folder,) = (tmp_path / "parts").iterdir()
    assert not list((folder / "runs").iterdir())
    parts = api.search_settings(folder)
    assert isinstance(parts, SearchResult)
    assert [trial.value for trial in parts.trials] == [trial.value for trial in whole.trials]
    assert [run.info["population"]["members"] for run in _runs(parts)] == [4] * 4
    assert not (folder / "together").exists()


def test_samples_are_in_memory_once_for_all_seeds(tmp_path: Path) -> None:
    alone = OneByOne(tmp_path, "valid", Reporter())
    together = Together(alone, tmp_path, "valid", Reporter(), 8)
    free = {**SMALL, "data.limit": None, "data.split_seed": None}
    recipes = [load("digits-cnn").override(free).with_seed(seed) for seed in (0, 1)]
    first, second = (together._open(recipe) for recipe in recipes)
    assert first.samples is second.samples
    assert first.split("valid").tolist() != second.split("valid").tolist()
    assert together._open(recipes[0]) is first


def test_who_draws_from_results_or_can_be_stopped_is_not_trained_with_hundreds(tmp_path: Path) -> None:
    def of(shared: bool = False, **search: Any) -> Any:
        over = {RATE: [0.1, 0.01]} if search.get("sampler") == "grid" else {RATE: {"low": 0.01, "high": 0.1}}
        study = Study.model_validate({"name": "s", "base": "digits-cnn", "over": over, "seeds": 1, "search": search})
        return trainer_for(Plan.of(study), tmp_path, shared, Reporter())

    assert of(sampler="grid").at_once == 512
    assert of(sampler="grid", shared=True).at_once == 32
    assert of(sampler="tpe").at_once == 1
    assert of(sampler="random", minutes=1).at_once < 32
    assert isinstance(of(sampler="grid", pruner="asha"), OneByOne)
