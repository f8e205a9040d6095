"""What is said of the best of many holds where the truth is known: made answers of trials with known accuracies."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from tests.metrics.made_scores import made_scores
from trasluz.metrics.best_of_many import BestOfMany, best_of_cells, best_of_samples, nested_optimism
from trasluz.metrics.scored_samples import ScoredSamples
from trasluz.rng import Rng

REPEATS, NEEDED = 20, 18
RESAMPLES = 300

Truth = Callable[[np.random.Generator], np.ndarray]
WORLDS: dict[str, Truth] = {
    "all equal": lambda _g: np.full(243, 0.85),
    "a little apart": lambda g: np.clip(0.85 + 0.02 * g.standard_normal(243), 0.5, 0.99),
    "one far ahead": lambda _g: np.r_[0.95, np.full(99, 0.80)],
    "few": lambda _g: np.full(5, 0.9),
}


def _repeat(truth: Truth, alike: float) -> list[tuple[BestOfMany, np.ndarray]]:
    found = []
    for repeat in range(REPEATS):
        generator = np.random.default_rng(repeat)
        true = truth(generator)
        scores = ScoredSamples(made_scores(true, 200, alike, generator))
        found.append((best_of_samples(scores, Rng(repeat), RESAMPLES), true))
    return found


@pytest.mark.parametrize("alike", [0.0, 0.6])
@pytest.mark.parametrize("world", WORLDS)
def test_the_optimism_that_is_told_covers_the_true_one(world: str, alike: float) -> None:
    found = _repeat(WORLDS[world], alike)
    true = [best.observed - truth[best.chosen] for best, truth in found]
    inside = [best.optimism[1] <= t <= best.optimism[2] for (best, _truth), t in zip(found, true, strict=True)]
    assert sum(inside) >= NEEDED
    told = np.mean([best.optimism[0] for best, _truth in found])
    assert told == pytest.approx(np.mean(true), abs=0.011)  # of what is between 0 and 0.065


def test_of_equal_trials_the_lead_of_the_best_is_known_to_be_luck() -> None:
    beats = [best.beats for best, _truth in _repeat(WORLDS["all equal"], 0.0)]
    assert 0.4 < np.mean(beats) < 0.6
    assert max(beats) < 0.9


def test_of_one_far_ahead_the_lead_is_known_to_be_none() -> None:
    found = [best for best, _truth in _repeat(WORLDS["one far ahead"], 0.6)]
    assert sum(best.chosen == 0 for best in found) >= NEEDED
    assert np.mean([best.beats for best in found if best.chosen == 0]) > 0.95


def test_the_probability_of_a_lead_is_how_often_there_is_one_or_less() -> None:
    """Over many worlds with their own truth, by what was told; it errs to the side of doubt, by no more than 0.2."""
    told, true = [], []
    for repeat in range(100):
        generator = np.random.default_rng(repeat)
        truth = np.clip(0.85 + 0.03 * generator.standard_normal(12), 0.5, 0.99)
        best = best_of_samples(ScoredSamples(made_scores(truth, 300, 0.5, generator)), Rng(repeat), 150)
        told.append(best.beats)
        true.append(truth[best.chosen] > truth[best.second])
    probabilities, came = np.array(told), np.array(true)
    for low, high in ((0.0, 0.6), (0.6, 0.8), (0.8, 1.01)):
        here = (probabilities >= low) & (probabilities < high)
        chance = 2.5 * math.sqrt(0.25 / here.sum())
        assert -chance < came[here].mean() - probabilities[here].mean() < 0.2 + chance


def test_samples_that_stand_in_several_columns_are_drawn_together() -> None:
    """Three trainings that give the same answers say nothing more than one: nor may the interval."""
    values = made_scores(np.full(30, 0.8), 150, 0.3, np.random.default_rng(0))
    alone = best_of_samples(ScoredSamples(values), Rng(0), RESAMPLES)
    thrice = best_of_samples(ScoredSamples(np.tile(values, 3), np.tile(np.arange(150), 3)), Rng(0), RESAMPLES)
    assert thrice.expected == pytest.approx(alone.expected)
    assert thrice.low == pytest.approx(alone.low, abs=1e-3)
    believed = best_of_samples(ScoredSamples(np.tile(values, 3)), Rng(0), RESAMPLES)
    assert believed.high - believed.low < 0.7 * (thrice.high - thrice.low)


def test_the_same_key_gives_the_same_numbers() -> None:
    scores = ScoredSamples(made_scores(np.full(20, 0.7), 60, 0.2, np.random.default_rng(1)))
    first, second = (best_of_samples(scores, Rng(5), 100) for _time in range(2))
    assert (first.expected, first.beats) == (second.expected, second.beats)
    assert first.often.sum() == pytest.approx(1.0)


def test_scores_without_bounds_have_an_interval_too() -> None:
    losses = -np.exp(np.random.default_rng(0).standard_normal((8, 100)))
    found = best_of_samples(ScoredSamples(losses), Rng(0), RESAMPLES)
    assert found.low < found.expected < found.observed
    assert math.isfinite(found.high)


def test_of_one_sample_or_one_fold_nothing_is_known() -> None:
    for found in (
        best_of_samples(ScoredSamples(np.array([[1.0], [0.0]])), Rng(0)),
        best_of_cells(np.array([[1.0], [0.0]])),
    ):
        assert (found.chosen, found.second) == (0, 1)
        assert (found.low, found.high, found.beats) == (-math.inf, math.inf, 0.5)


def test_a_single_trial_is_chosen_without_optimism_but_for_chance() -> None:
    found = best_of_samples(ScoredSamples(made_scores(np.array([0.8]), 400, 0, np.random.default_rng(3))), Rng(0), 300)
    assert found.second == -1
    assert found.optimism[0] == pytest.approx(0, abs=2e-3)


def test_folds_that_choose_without_the_one_that_judges_are_not_too_good() -> None:
    """Of equal trials the left-out fold tells the truth in the mean, which the best of many does not."""
    generator, told, seen, covered = np.random.default_rng(0), [], [], 0
    for _repeat_number in range(60):
        found = best_of_cells(0.8 + 0.03 * generator.standard_normal((40, 5)))
        told.append(found.expected)
        seen.append(found.observed)
        covered += found.low <= 0.8 <= found.high
    assert np.mean(told) == pytest.approx(0.8, abs=0.006)
    assert np.mean(seen) > 0.82
    assert covered >= 51  # 95 % of 60 are 57, and of these 51 or fewer come once in 200


def test_nested_folds_say_it_outright() -> None:
    middle, low, high = nested_optimism(np.array([0.90, 0.91, 0.92]), np.array([0.88, 0.88, 0.91]))
    assert middle == pytest.approx(0.02)
    assert low < middle < high
