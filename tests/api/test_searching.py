"""search_settings(): trials trained, compared, gone on with, joined; what is wrong is refused before any is made."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from trasluz import api
from trasluz.api import search_cells
from trasluz.api.searching import SearchResult
from trasluz.errors import DataError, Interrupted, RecipeError, RequestError, WorkError

SMALL = {"train.epochs": 1, "data.limit": 80, "model.network.channels": [8], "data.test": None}
RATE = "train.optimiser.learning_rate"


def _search(**more: Any) -> SearchResult:
    found = api.search_settings("digits-cnn", **{"set": SMALL, "over": {RATE: [0.001, 0.03]}, **more})
    assert isinstance(found, SearchResult)
    return found


def test_every_trial_is_a_run_and_the_best_one_has_the_best_evaluation(tmp_path: Path) -> None:
    found = _search(runs=tmp_path)
    assert [trial.values[RATE] for trial in found.trials] == [0.001, 0.03]
    for trial in found.trials:
        run = api.open_run(found.path / "runs" / trial.cells[0]["run"])
        assert run.recipe.train.optimiser.learning_rate == trial.values[RATE]
        assert trial.value == run.evaluations()["valid"].metrics["accuracy"]
    assert found.best is not None
    assert found.recipe is not None
    assert found.best.value == max(trial.value or 0.0 for trial in found.trials)
    assert found.recipe.train.optimiser.learning_rate == found.best.values[RATE]
    assert json.loads((found.path / "table.json").read_text())["reference"] == found.best.name
    assert "trial-1" in found.page.read_text(encoding="utf-8")
    assert (found.path / "trials.csv").read_text().splitlines()[0] == f"trial,{RATE},state,valid/accuracy,runs"


def test_a_search_goes_on_with_the_run_that_was_stopped_and_takes_more_trials(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained: list[str] = []
    real = search_cells.train

    def counted(recipe: Any, **settings: Any) -> Any:
        if len(trained) == 1:
            trained.append("stop")
            raise Interrupted("stopped")
        trained.append(recipe.name)
        return real(recipe, **settings)

    monkeypatch.setattr(search_cells, "train", counted)
    wide = {RATE: {"low": 1e-3, "high": 1e-1, "log": True}}
    with pytest.raises(Interrupted, match="trasluz search"):
        _search(over=wide, sampler="tpe", trials=2, runs=tmp_path)  # one after another
    folder = next(tmp_path.iterdir())
    done = api.search_settings(folder)
    assert isinstance(done, SearchResult)
    assert [trial.state for trial in done.trials] == ["complete", "complete"]
    more = api.search_worker(folder)
    assert more.trials == done.trials
    more = api.search_settings(folder, trials=3)
    assert isinstance(more, SearchResult)
    assert len(more.trials) == 3
    assert [name for name in trained if name != "stop"] == ["trial-0", "trial-1", "trial-2"]
    with pytest.raises(RequestError, match="--trials 2: this search has 3 already"):
        api.search_settings(folder, trials=2)
    with pytest.raises(RequestError, match="goes on with the settings that it has"):
        api.search_settings(folder, set={"train.epochs": 2})


def test_all_trials_that_fail_are_told_in_a_sentence(tmp_path: Path) -> None:
    wild = {**SMALL, "train.optimiser": {"name": "sgd", "learning_rate": 1e30}}
    with pytest.raises(WorkError, match=r"All 2 trials failed; the first, trial-0: .*runs lie in"):
        _search(set=wild, over={"train.batch": [16, 32]}, runs=tmp_path)


@pytest.mark.parametrize(
    ("more", "error", "complaint"),
    [
        ({"over": {}}, RequestError, "give what to search as well: --over"),
        ({"over": {"model.network.chanels": [[8], [16]]}}, RecipeError, "chanels"),
        ({"over": {"train.epoch": [1, 2]}}, RecipeError, "train.epoch: no such field"),
        ({"data": "nowhere"}, DataError, "nowhere"),
        ({"set": {**SMALL, "data.valid": None}}, RecipeError, "has no valid split to judge the trials on"),
        ({"storage": "redis://host"}, RequestError, "allowed is a PostgreSQL database"),
        ({"sampler": "best"}, RecipeError, "allowed: 'grid', 'random' or 'tpe'"),
        ({"trials": 0}, RecipeError, "it must be at least 1"),
    ],
)
def test_what_is_wrong_is_refused_before_anything_is_made(
    tmp_path: Path, more: dict[str, Any], error: type[Exception], complaint: str
) -> None:
    with pytest.raises(error, match=complaint):
        _search(**{"runs": tmp_path, **more})
    assert not list(tmp_path.iterdir())


def test_a_trial_that_is_worse_is_stopped_at_an_epoch_and_keeps_its_run(tmp_path: Path) -> None:
    over = {RATE: [0.01, 1e-6, 2e-6, 3e-6]}
    found = _search(set={**SMALL, "train.epochs": 9}, over=over, pruner="asha", metric="valid/loss", runs=tmp_path)
    stopped = [trial for trial in found.trials if trial.state == "pruned"]
    assert stopped
    assert found.best is not None
    assert found.best.values[RATE] == 0.01
    runs = [api.open_run(path.parent) for path in (found.path / "runs").glob("*/run.json")]
    assert sorted(len(run.folder.metrics()) < 9 for run in runs) == sorted(t.state == "pruned" for t in found.trials)


def test_each_fold_is_a_cell_with_a_split_of_its_own(tmp_path: Path) -> None:
    found = _search(folds=3, runs=tmp_path)
    for trial in found.trials:
        assert len(trial.cells) == 3
        assert len({cell["judged_on"] for cell in trial.cells}) == 3
        assert trial.value == pytest.approx(sum(cell["scores"]["accuracy"] for cell in trial.cells) / 3)
    first, second = found.trials
    assert [c["judged_on"] for c in first.cells] == [c["judged_on"] for c in second.cells]
