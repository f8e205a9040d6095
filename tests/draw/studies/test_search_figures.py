"""Figures of searches show every trial where it belongs."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from tests.report.made_study import HIDDEN, RATE, study_trials
from tests.search.made_trials import grid, made_trials
from trasluz.draw.studies.cell_curves import cell_curves
from trasluz.draw.studies.heat_map import heat_map
from trasluz.draw.studies.importance import importance_figure
from trasluz.draw.studies.slices import slice_figure
from trasluz.search.importance import field_importance


def _data(figure: go.Figure) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(figure.to_json(engine="json"))["data"]
    return found


def test_a_slice_has_a_dot_for_each_trial_with_a_score_and_marks_the_best() -> None:
    trials = study_trials()
    dots, best, line = _data(slice_figure(trials, RATE, "accuracy", best="trial-6"))
    assert len(dots["x"]) == 29
    assert best["x"] == [0.001]
    for value, top in zip(line["x"], line["y"], strict=True):
        assert top == pytest.approx(max(t.score or 0 for t in trials if t.fields[RATE] == value))


def test_a_heat_map_holds_the_best_of_each_pair() -> None:
    trials = [trial for trial in study_trials() if trial.score is not None]
    (cells,) = _data(heat_map(trials, RATE, HIDDEN, "accuracy"))
    assert (cells["x"], cells["y"]) == (["0.001", "0.01"], ["50", "80", "100"])
    here = [t.score or 0 for t in trials if t.fields[RATE] == 0.01 and t.fields[HIDDEN] == 80]
    assert cells["z"][1][1] == pytest.approx(max(here))


def test_many_values_become_eight_ranges() -> None:
    generator = np.random.default_rng(0)
    settings = [{"a": float(10 ** generator.uniform(-4, 0)), "b": i % 3} for i in range(60)]
    (cells,) = _data(heat_map(made_trials(settings, lambda _one: 0.8), "a", "b", "accuracy"))
    assert len(cells["x"]) == 8
    assert len(cells["z"][0]) == 8


def test_curves_of_pruned_trainings_end_in_a_cross() -> None:
    trials = study_trials()
    drawn = _data(cell_curves(trials, "accuracy", best="trial-6"))
    crosses = next(trace for trace in drawn if trace["mode"] == "markers")
    pruned = [cell for trial in trials if trial.status == "pruned" for cell in trial.cells]
    assert crosses["x"] == [2] * len(pruned)
    lines = [trace for trace in drawn if trace["mode"] == "lines"]
    assert sum(trace["x"].count(None) for trace in lines) == sum(len(trial.cells) for trial in trials)


def test_the_field_that_decides_is_the_most_important() -> None:
    trials = made_trials(grid(a=[1, 2, 3, 4, 5], b=[1, 2, 3, 4, 5], kind=["x", "y"]), lambda one: 0.5 + 0.08 * one["a"])
    found = field_importance(trials, rises=True)
    assert next(iter(found)) == "a"
    assert sum(found.values()) == pytest.approx(1)
    (bars,) = _data(importance_figure(found))
    assert bars["y"][-1] == "a"
    assert field_importance(trials[:10], rises=True) == {}
