"""The cells of a study and of a curve that train together: the results of one after another, also when stopped."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.search.executing.test_execute import stacked
from tests.search.executing.test_unfinished import stop_after
from trasluz import api
from trasluz.api import curves, studies, study_cells
from trasluz.api.search_cells import OneByOne
from trasluz.api.search_together import Together
from trasluz.api.studies import StudyResult
from trasluz.errors import Interrupted
from trasluz.recipe.files import load
from trasluz.recipe.study import Study
from trasluz.reporting import Reporter

SMALL = Study(
    name="small",
    base="digits-cnn",
    set={
        "compute.precision": "fp32",  # half precision has digits too few to compare by
        "compute.threads": 1,
        "train.epochs": 2,
        "data.limit": 160,
        "data.split_seed": 0,
        "data.test": None,
        "model.network": {"name": "dense", "hidden": [8]},
    },
    variants={"low": {"train.optimiser.learning_rate": 0.001}, "high": {"train.optimiser.learning_rate": 0.01}},
    seeds=3,
)


def _one_by_one(recipes: Any, runs: Path, split: str, reporter: Reporter, after: Any) -> OneByOne:
    return OneByOne(runs, split, reporter, after)


def _ways(found: StudyResult) -> list[int]:
    """Beside how many each run trained, 1 alone."""
    runs = [api.open_run(found.path / "runs" / run) for row in found.table.rows for run in row.runs]
    return [run.info.get("population", {"members": 1})["members"] for run in runs]


def _same(one: StudyResult, other: StudyResult, tolerance: float) -> None:
    assert one.table.metrics == other.table.metrics
    for ours, theirs in zip(one.table.rows, other.table.rows, strict=True):
        assert (ours.variant, ours.epochs, ours.parameters) == (theirs.variant, theirs.epochs, theirs.parameters)
        assert ours.scores.keys() == theirs.scores.keys()
        for name, found in ours.scores.items():
            expected = theirs.scores[name]
            assert found.values == pytest.approx(expected.values, rel=tolerance, abs=tolerance / 10), name
            assert (found.low, found.high) == pytest.approx((expected.low, expected.high), rel=0.01, abs=1e-3)
        for name, difference in ours.differences.items():
            assert difference.excludes_zero == theirs.differences[name].excludes_zero


def test_a_study_gives_the_table_of_one_run_after_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stacked(monkeypatch, True)
    together = api.study(SMALL, runs=tmp_path / "together")
    assert _ways(together) == [6] * 6
    with monkeypatch.context() as patch:
        patch.setattr(studies, "trainer_of", _one_by_one)
        alone = api.study(SMALL, runs=tmp_path / "alone")
    assert _ways(alone) == [1] * 6
    _same(together, alone, 1e-3)
    for found in (together, alone):
        runs = sorted((found.path / "runs").iterdir())
        assert all((run / "findings.json").is_file() for run in runs)
        assert all(len(list((run / "looks" / "film-frames").glob("*.npz"))) == 3 for run in runs)  # before, 1, 2
        assert 'id="images"' in found.page.read_text(encoding="utf-8")


def test_a_study_that_cannot_stack_goes_by_processes_with_the_same_bits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = SMALL.model_copy(update={"set": {**SMALL.set, "train.accumulate": 2}, "seeds": 1})
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    together = api.study(asked, runs=tmp_path / "together")
    with monkeypatch.context() as patch:
        patch.setattr(studies, "trainer_of", _one_by_one)
        alone = api.study(asked, runs=tmp_path / "alone")
    _same(together, alone, 1e-6)


def test_a_study_that_was_stopped_in_the_midst_goes_on_with_the_same_bits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stacked(monkeypatch, True)
    whole = api.study(SMALL, runs=tmp_path / "whole")
    with monkeypatch.context() as patch:
        stop_after(patch, 3)
        with pytest.raises(Interrupted, match="trasluz study"):
            api.study(SMALL, runs=tmp_path / "parts")
    (folder,) = (tmp_path / "parts").iterdir()
    assert not list((folder / "runs").iterdir())
    assert list(folder.glob("together/*/000000003"))
    assert not list(folder.glob(".cell-*"))
    parts = api.study(folder)
    assert [row.scores for row in parts.table.rows] == [row.scores for row in whole.table.rows]
    assert not (folder / "together").exists()
    assert _ways(parts) == [6] * 6
    for run in (folder / "runs").iterdir():
        assert len(list((run / "looks" / "film-frames").glob("*.npz"))) == 3


def test_a_curve_gives_the_numbers_of_one_run_after_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stacked(monkeypatch, True)
    small = {name: value for name, value in SMALL.set.items() if name not in ("data.limit", "data.split_seed")}
    settings: dict[str, Any] = {"set": small, "sizes": 4, "folds": 2}
    together = api.curve("digits-cnn", runs=tmp_path / "together", **settings)
    monkeypatch.setattr(curves, "trainer_of", _one_by_one)
    alone = api.curve("digits-cnn", runs=tmp_path / "alone", **settings)
    ours, theirs = together.curve.cells, alone.curve.cells
    assert [(c.size, c.fold, c.samples) for c in ours] == [(c.size, c.fold, c.samples) for c in theirs]
    assert [c.value for c in ours] == pytest.approx([c.value for c in theirs], abs=2e-3)
    runs = [api.open_run(together.path / "runs" / cell.run) for cell in ours]
    assert [run.info["population"]["members"] for run in runs] == [2] * 8


def test_what_takes_long_is_taken_in_few_so_that_others_find_some(tmp_path: Path) -> None:
    recipes = [load("digits-cnn")]
    made = study_cells.trainer_of(recipes, tmp_path, "valid", Reporter(), lambda _run, _cell: None)
    assert isinstance(made, Together)
    assert made.at_once == 32
    made._each = 100.0
    assert made.at_once == max(os.cpu_count() or 1, 6)
    several = [recipes[0].override({"compute.devices": 2})]
    alone = study_cells.trainer_of(several, tmp_path, "valid", Reporter(), lambda _run, _cell: None)
    assert alone.at_once == 1
