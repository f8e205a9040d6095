"""Nested folds: a whole search inside each outer fold, whose samples judge once what was chosen without them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trasluz import api
from trasluz.api.searching import SearchResult
from trasluz.errors import RecipeError, RequestError
from trasluz.reporting import Reporter
from trasluz.runs.folder import RunFolder

RATE = "train.optimiser.learning_rate"
SMALL = {"train.epochs": 1, "model.network.channels": [8], "data.limit": 80, "data.test": None}


def _search(**more: Any) -> SearchResult:
    found = api.search_settings("digits-cnn", **{"set": SMALL, "over": {RATE: [0.001, 0.03]}, "outer": 3, **more})
    assert isinstance(found, SearchResult)
    return found


@pytest.fixture(scope="module")
def nested(tmp_path_factory: pytest.TempPathFactory) -> SearchResult:
    return _search(folds=2, runs=tmp_path_factory.mktemp("nested"))


def _runs(found: SearchResult) -> dict[str, list[RunFolder]]:
    """By outer fold; those of the search on all samples under −1."""
    runs: dict[str, list[RunFolder]] = {}
    for path in sorted((found.path / "runs").glob("*/run.json")):
        run = RunFolder(path.parent)
        held = run.recipe().data.test_fold
        runs.setdefault("whole" if held is None else f"outer-{held.index}", []).append(run)
    return runs


def _rows(run: RunFolder) -> dict[str, set[int]]:
    with np.load(run.path / "splits.npz") as kept:
        return {name: set(kept[name].tolist()) for name in ("train", "valid", "test") if name in kept}


def test_no_run_by_which_an_outer_fold_chose_has_seen_a_sample_of_it(nested: SearchResult) -> None:
    assert nested.outer is not None
    judged = {one.fold: _rows(RunFolder(nested.path / "runs" / one.runs[0]))["test"] for one in nested.outer.choices}
    for fold, runs in _runs(nested).items():
        if fold == "whole":
            continue
        chosen = [run for run in runs if (run.path / "looks" / "evaluation-test").exists()]
        assert len(chosen) == 1, "one training is judged by each outer fold"
        assert len(runs) == 2 * 2 + 1
        for run in runs:
            rows = _rows(run)
            assert not (rows["train"] | rows["valid"]) & judged[fold]
    assert sum(map(len, judged.values())) == len(set.union(*judged.values())) == 1797


def test_the_outer_score_is_that_of_every_sample_by_the_network_that_has_not_seen_it(nested: SearchResult) -> None:
    assert nested.outer is not None
    hits = 0
    for one in nested.outer.choices:
        records = api.open_run(nested.path / "runs" / one.runs[0]).evaluations()["test"].arrays
        right = records["probabilities"].argmax(axis=1) == records["labels"]
        assert one.outer == pytest.approx(right.mean())
        hits += int(right.sum())
    assert nested.outer.score == pytest.approx(hits / 1797)
    assert (nested.outer.by, nested.outer.samples) == ("samples", 1797)
    assert nested.outer.low < nested.outer.score < nested.outer.high
    apart = [one.inner - float(one.outer or 0) for one in nested.outer.choices]
    assert nested.outer.optimism[0] == pytest.approx(np.mean(apart))


def test_each_outer_fold_chooses_the_best_of_its_own_search(nested: SearchResult) -> None:
    assert nested.outer is not None
    for one in nested.outer.choices:
        means: dict[float, list[float]] = {}
        for run in _runs(nested)[one.fold]:
            opened = api.open_run(run.path)
            if opened.recipe.data.fold is not None:
                score = opened.evaluations()["valid"].metrics["accuracy"]
                means.setdefault(opened.recipe.train.optimiser.learning_rate, []).append(score)
        best = max(means, key=lambda rate: float(np.mean(means[rate])))
        assert one.values == {RATE: best}
        assert one.inner == pytest.approx(np.mean(means[best]))
        assert api.open_run(nested.path / "runs" / one.runs[0]).recipe.train.optimiser.learning_rate == best


def test_the_page_and_the_files_say_it(nested: SearchResult) -> None:
    assert nested.outer is not None
    kept = json.loads((nested.path / "outer.json").read_text())
    assert kept["score"] == nested.outer.score
    assert [one["fold"] for one in kept["choices"]] == ["outer-0", "outer-1", "outer-2"]
    page = nested.page.read_text(encoding="utf-8")
    assert "Searched anew without each of 3 outer folds and judged on it" in page
    assert "Buscado de nuevo" in page


def test_a_search_that_goes_on_trains_nothing_twice(nested: SearchResult) -> None:
    before = {path.name for path in (nested.path / "runs").iterdir()}
    again = api.search_settings(nested.path)
    assert isinstance(again, SearchResult)
    assert again.outer == nested.outer
    assert {path.name for path in (nested.path / "runs").iterdir()} == before


def test_without_inner_folds_the_run_that_chose_is_the_one_that_is_judged(tmp_path: Path) -> None:
    found = _search(outer=2, runs=tmp_path)
    runs = _runs(found)
    assert {fold: len(own) for fold, own in runs.items()} == {"whole": 2, "outer-0": 2, "outer-1": 2}
    assert found.outer is not None
    assert found.outer.done == 2


class _Heard(Reporter):
    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, message: str) -> None:
        self.said.append(message)


def test_it_is_said_which_samples_the_outer_folds_judge(tmp_path: Path) -> None:
    heard = _Heard()
    made = _search(runs=tmp_path, work=False, reporter=heard)
    assert made.outer is None
    assert any("The outer folds judge 1,797 samples" in said.replace("\u202f", ",") for said in heard.said)


@pytest.mark.parametrize(
    ("more", "complaint"),
    [
        ({"outer": 1}, "outer.count: 1 is not allowed: it must be at least 2"),
        ({"outer": 500}, r"outer: the class .* has \d+ different samples for 500 folds"),
        ({"set": {**SMALL, "data.test_fold": {"index": 1}}}, "holds out a fold itself"),
        ({"set": {**SMALL, "data.valid": None}, "over": {RATE: [0.1]}}, "valid"),
    ],
)
def test_what_is_wrong_is_refused_before_anything_is_made(tmp_path: Path, more: dict[str, Any], complaint: str) -> None:
    with pytest.raises(RequestError, match=complaint):
        _search(runs=tmp_path, **more)
    assert not list(tmp_path.iterdir())


def test_a_study_that_searches_nothing_has_no_outer_folds() -> None:
    from trasluz.components import configure
    from trasluz.recipe.study import Study

    with pytest.raises(RecipeError, match="outer judges how a search chooses"):
        configure(Study, {"name": "a", "base": "digits-cnn", "variants": {"one": {}}, "outer": {"count": 3}}, "")
