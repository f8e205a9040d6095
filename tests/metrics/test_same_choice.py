"""How far two looks agree on the best: wholly, by chance, or between."""

from __future__ import annotations

import numpy as np
import pytest

from tests.metrics.made_scores import made_scores
from trasluz.metrics.same_choice import between_cells, between_halves, top_of
from trasluz.metrics.scored_samples import ScoredSamples
from trasluz.rng import Rng


def test_the_top_is_ten_or_the_best_quarter() -> None:
    assert [top_of(count) for count in (1, 3, 8, 40, 243)] == [1, 1, 2, 10, 10]


def test_trials_far_apart_are_chosen_again() -> None:
    scores = ScoredSamples(made_scores(np.linspace(0.05, 0.95, 40), 4000, 0, np.random.default_rng(0)))
    found = between_halves(scores, Rng(0), 20)
    assert found is not None
    assert found.common > 9
    assert found.rank == 1
    assert found.chance == 2.5


def test_equal_trials_agree_by_chance_alone() -> None:
    """In the mean over data sets: the halves of one share what its samples happen to favour."""
    found = []
    for number in range(30):
        scores = ScoredSamples(made_scores(np.full(100, 0.8), 200, 0, np.random.default_rng(number)))
        found.append(between_halves(scores, Rng(number), 5))
    known = [one for one in found if one is not None]
    assert np.mean([one.common for one in known]) == pytest.approx(1.0, abs=0.4)
    assert 35 < np.mean([one.rank for one in known]) < 65
    assert known[0].chance == 1.0


def test_ties_agree_by_chance_alone() -> None:
    found = between_cells(np.full((60, 30), 0.5), Rng(0))
    assert found is not None
    assert found.common == pytest.approx(100 / 60, abs=0.3)


def test_trainings_with_the_same_order_choose_the_same() -> None:
    found = between_cells(np.arange(20.0)[:, None] + np.zeros(3), Rng(0))
    assert found is not None
    assert (found.top, found.common, found.rank) == (5, 5.0, 1.0)


def test_nothing_is_said_of_one_trial_or_one_part() -> None:
    assert between_cells(np.ones((1, 4)), Rng(0)) is None
    assert between_cells(np.ones((4, 1)), Rng(0)) is None
    assert between_halves(ScoredSamples(np.ones((4, 3))), Rng(0)) is None
