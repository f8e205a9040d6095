"""How sure a mean is: by samples, and by trainings where there are several."""

from __future__ import annotations

import math

import numpy as np
import pytest

from trasluz.metrics.scored_samples import ScoredSamples


def test_a_table_without_rows_or_columns_is_refused() -> None:
    with pytest.raises(ValueError, match="not of shape"):
        ScoredSamples(np.empty((0, 4)))


def test_alone_samples_give_the_variance_of_a_mean() -> None:
    values = np.random.default_rng(0).random((1, 50))
    assert ScoredSamples(values).variance(values[0]) == pytest.approx(values[0].var(ddof=1) / 50)


def test_copies_of_a_sample_count_once() -> None:
    values = np.random.default_rng(0).random(50)
    twice = ScoredSamples(np.tile(values, 2)[None], np.tile(np.arange(50), 2))
    assert twice.variance(twice.values[0]) == pytest.approx(values.var(ddof=1) / 50)
    assert twice.sizes.tolist() == [2.0] * 50
    assert twice.sums[0] == pytest.approx(2 * values)


def test_trainings_that_differ_make_a_mean_less_sure() -> None:
    """Crossed effects with known variances: samples 1 / 400, trainings 4 / 6, and noise of no account."""
    generator, found = np.random.default_rng(0), []
    groups, cells = np.tile(np.arange(400), 6), np.repeat(np.arange(6), 400)
    for _repeat in range(300):
        own, shifts = generator.standard_normal(400), 2 * generator.standard_normal(6)
        values = own[groups] + shifts[cells]
        found.append(ScoredSamples(values[None], groups, cells).variance(values))
    assert np.mean(found) == pytest.approx(1 / 400 + 4 / 6, rel=0.1)


def test_of_a_single_sample_nothing_is_known() -> None:
    assert math.isinf(ScoredSamples(np.ones((2, 3)), np.zeros(3, np.int64)).variance(np.ones(3)))
