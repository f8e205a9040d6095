"""The winner of made studies: what is said of it holds where the truth is known, and what cannot be said is not."""

from __future__ import annotations

import dataclasses
import json
import math

import numpy as np
import pytest

from tests.search.made_trials import grid, made_trials
from trasluz.errors import RequestError
from trasluz.search.trial_results import CellResult, TrialResult, on_a_log_scale, searched_fields
from trasluz.search.winner import find_winner


def test_the_best_is_told_with_what_it_is_worth() -> None:
    trials = made_trials(grid(a=list(range(60))), lambda _one: 0.85)
    found = find_winner(trials, "accuracy", rises=True)
    scores = {trial.name: trial.score for trial in trials}
    assert found.observed == pytest.approx(max(s for s in scores.values() if s is not None))
    assert scores[found.best] == pytest.approx(found.observed)
    assert found.low <= 0.85 <= found.high
    assert found.optimism[0] == pytest.approx(found.observed - found.expected)
    assert found.optimism[1] <= found.observed - 0.85 <= found.optimism[2]
    assert (found.by, found.samples, found.trials) == ("samples", 200, 60)
    within = [name for name, score in found.scores.items() if score >= found.observed - found.error]
    assert found.simplest == within[0], "parameters grow from the first to the last"
    assert len(within) > 1
    middle, low, high = found.apart[found.second]
    assert middle == pytest.approx(found.scores[found.second] - found.observed)
    assert low < middle < high
    assert sum(found.often.values()) == pytest.approx(1)
    assert json.loads(json.dumps(found.to_dict()))["best"] == found.best


def test_where_less_is_better_the_smallest_wins_and_is_too_good_by_a_positive_number() -> None:
    generator = np.random.default_rng(0)
    losses = generator.exponential(1.0, (20, 300))
    trials = [
        TrialResult(f"t{i}", {"a": i}, (CellResult(0, None, float(row.mean()), "x", -row, np.arange(300)),))
        for i, row in enumerate(losses)
    ]
    found = find_winner(trials, "log_loss", rises=False)
    assert found.observed == pytest.approx(losses.mean(1).min())
    assert found.expected > found.observed
    assert found.low < found.expected < found.high
    assert found.optimism[0] > 0
    assert found.optimism[1] < found.optimism[0] < found.optimism[2]


def test_without_samples_folds_say_it() -> None:
    trials = made_trials(grid(a=list(range(12))), lambda _one: 0.8, seeds=5, samples=False)
    found = find_winner(trials, "accuracy", rises=True)
    assert (found.by, found.cells, found.samples) == ("folds", 5, 0)
    assert found.expected <= found.observed
    same = [
        dataclasses.replace(t, cells=tuple(dataclasses.replace(c, judged_on="one") for c in t.cells)) for t in trials
    ]
    assert find_winner(same, "accuracy", rises=True).by == "trainings"


def test_one_number_each_says_nothing_beyond_itself() -> None:
    found = find_winner(made_trials(grid(a=[1, 2]), lambda _one: 0.8, samples=False), "accuracy", rises=True)
    assert not found.known
    assert math.isinf(found.high)
    assert found.beats == 0.5
    assert found.simplest == found.best
    assert found.again is None


def test_trials_that_lack_cells_are_named_and_left_out() -> None:
    trials = made_trials(grid(a=[1, 2, 3, 4]), lambda one: 0.9 if one["a"] == 4 else 0.7, seeds=3)
    trials[3] = dataclasses.replace(trials[3], cells=trials[3].cells[:1])
    found = find_winner(trials, "accuracy", rises=True)
    assert found.left_out == ("trial-3",)
    assert found.best != "trial-3"


def test_pruned_and_failed_trials_cannot_win() -> None:
    trials = made_trials(grid(a=[1, 2, 3]), lambda one: 0.5 + one["a"] / 10)
    trials[2] = dataclasses.replace(trials[2], status="pruned")
    assert find_winner(trials, "accuracy", rises=True).best == "trial-1"


def test_a_study_without_a_score_says_why_it_has_no_winner() -> None:
    failed = [TrialResult(f"t{i}", status="failed") for i in range(4)]
    with pytest.raises(RequestError, match="all 4 trials failed"):
        find_winner(failed, "accuracy", rises=True)
    with pytest.raises(RequestError, match="no trial was measured by ssim"):
        find_winner([TrialResult("t", cells=(CellResult(0),))], "ssim", rises=True)


def test_only_fields_that_differ_were_searched() -> None:
    trials = [TrialResult("a", {"x": 1, "y": 2, "z": [1]}), TrialResult("b", {"x": 1, "y": 3, "z": [1]})]
    assert searched_fields(trials) == ("y",)


@pytest.mark.parametrize(
    ("values", "factors"),
    [
        ([0.001, 0.01, 0.1], True),
        ([50, 80, 100], False),
        ([1, 500, 1000], False),
        ([0, 1, 100], False),
        ([1, 2], False),
    ],
)
def test_numbers_spread_by_factors_are_told_from_steps(values: list[float], factors: bool) -> None:
    assert on_a_log_scale(values) is factors
