"""What rules find in the cells of a search reaches its trials and its page, also of cells whose runs lie elsewhere."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from trasluz import api
from trasluz.api.searched_ranges import searched_ranges, takes
from trasluz.api.searching import SearchResult
from trasluz.findings.study_evidence import DrawnRange
from trasluz.recipe.study import Study
from trasluz.search.folder import StudyFolder
from trasluz.search.trials.place import Place
from trasluz.search.trials.plan import Plan

SMALL: dict[str, Any] = {
    "train.epochs": 2,
    "data.limit": 80,
    "data.test": None,
    "model.network": {"name": "dense", "hidden": [8]},
    "train.optimiser.name": "sgd",
}
RATE, BATCH = "train.optimiser.learning_rate", "train.batch"


def _search(runs: Path, **more: Any) -> SearchResult:
    found = api.search_settings("digits-cnn", **{"set": SMALL, "runs": runs, **more})
    assert isinstance(found, SearchResult)
    return found


def _said(page: Path) -> str:
    """The words of a page in English."""
    text = re.sub(r'<span lang="es">.*?</span>', "", page.read_text(encoding="utf-8"), flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", text))


@pytest.mark.parametrize("sampler", ["grid", "random"])
def test_trainings_that_diverge_are_counted_and_the_rate_is_named(tmp_path: Path, sampler: str) -> None:
    over = {RATE: [0.01, 0.02, 0.03, 0.04, 1e30], BATCH: [8, 16, 20, 40]}
    found = _search(tmp_path, over=over, **({} if sampler == "grid" else {"sampler": "random", "trials": 30}))
    wild = [trial for trial in found.trials if trial.values[RATE] == 1e30]
    assert {trial.state for trial in wild} == {"pruned"}
    assert len(wild) > 2
    said = _said(found.page)
    count = len(found.trials)
    assert f"The loss was no longer a number: {len(wild)} of {count} trainings, all with learning_rate = 1e+30." in said
    assert f"{count} trials of the recipe digits-cnn, {count} trainings, judged on validation data." in said
    assert f"All {len(wild)} trials with train.optimiser.learning_rate = 1e+30 failed." in said


def test_what_is_found_is_kept_with_the_numbers_of_a_cell(tmp_path: Path) -> None:
    found = _search(tmp_path, over={BATCH: [16, 32]})
    storage = Place.of(found.path).open()
    kept = [
        value["findings"]
        for trial in storage.storage.get_all_trials(0)
        for key, value in trial.user_attrs.items()
        if key.startswith("cell ")
    ]
    assert len(kept) == 2
    for trial, of_cell in zip(found.trials, kept, strict=True):
        run = api.open_run(found.path / "runs" / trial.cells[0]["run"])
        all_of = {one.rule: one.title for one in run.findings() if one.severity != "note"}
        assert {one["rule"]: one["title"]["en"] for one in of_cell}.items() <= all_of.items()


def test_trials_whose_runs_lie_on_another_host_are_on_the_page_and_may_win(tmp_path: Path) -> None:
    found = _search(tmp_path, over={RATE: [0.0001, 0.1], BATCH: [16, 32]}, set={**SMALL, "train.epochs": 6})
    assert found.best is not None
    shutil.rmtree(found.path / "runs" / found.best.cells[0]["run"])
    again = api.search_settings(found.path)
    winner = json.loads((again.path / "winner.json").read_text())
    assert winner["best"] == found.best.name
    assert winner["trials"] == 4
    data = re.search(r'id="trials-data">(.*?)</script>', again.page.read_text(encoding="utf-8"), re.S)
    assert data is not None
    shown = json.loads(data[1])
    assert len(shown["trials"]) == 4
    assert shown["classes"], "the matrices of those that lie here are kept"


def test_ranges_are_those_that_values_are_drawn_from_and_values_those_that_the_recipe_takes(tmp_path: Path) -> None:
    over = {RATE: {"low": 1e-3, "high": 1e-1, "log": True}, "train.optimiser.momentum": {"low": 0.1, "high": 0.9}}
    found = _search(tmp_path, over=over, sampler="random", trials=2)
    plan = Plan.of(StudyFolder.open(found.path).study())
    assert searched_ranges(plan) == {
        RATE: DrawnRange(1e-3, 1e-1, True),
        "train.optimiser.momentum": DrawnRange(0.1, 0.9, False),
    }
    storage = Place.of(found.path).open()
    answer = takes(plan, storage.storage.get_all_trials(0)[0])
    assert answer(RATE, 0.4)
    assert not answer(RATE, -1.0)
    assert not answer("train.optimiser.momentum", 1.8)
    assert not takes(plan, None)(RATE, 0.4)


def test_a_grid_draws_from_no_range() -> None:
    over = {RATE: {"low": 0.25, "high": 1.0, "step": 0.25}}
    study = Study.model_validate({"name": "made", "base": "digits-cnn", "over": over, "search": {"sampler": "grid"}})
    assert searched_ranges(Plan.of(study)) == {}


def test_trainings_that_were_stopped_early_show_how_far_they_came(tmp_path: Path) -> None:
    rates = [0.1, 0.05, 1e-7, 1e-8, 1e-9, 1e-10]
    small = {**SMALL, "train.epochs": 9}
    found = _search(tmp_path, set=small, over={RATE: rates}, pruner="asha", metric="valid/loss")
    pruned = [trial for trial in found.trials if trial.state == "pruned"]
    assert pruned, "successive halving stops the worst"
    said = _said(found.page)
    assert f"{len(pruned)} trial" in said
    assert "pruned" in said
    page = found.page.read_text(encoding="utf-8")
    assert f"The curves of all {len(found.trials)} trainings" in page
