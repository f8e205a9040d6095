"""The simplest of those that are not clearly worse than the best."""

from __future__ import annotations

import math

import numpy as np
import pytest

from trasluz.metrics.one_standard_error import simplest_within

SIZES = [(100.0, 9.0), (50.0, 9.0), (50.0, 3.0), (10.0, 1.0)]


def test_the_simplest_within_reach_is_taken() -> None:
    scores = np.array([0.95, 0.94, 0.94, 0.80])
    assert simplest_within(scores, 0.02, SIZES) == 2
    assert simplest_within(scores, 0.20, SIZES) == 3
    assert simplest_within(scores, 0.001, SIZES) == 0


def test_an_unknown_error_lets_only_the_best_pass() -> None:
    for error in (math.inf, math.nan):
        assert simplest_within(np.array([0.5, 0.6, 0.1, math.nan]), error, SIZES) == 1


def test_of_equally_simple_ones_the_better_is_taken() -> None:
    assert simplest_within(np.array([0.90, 0.91, 0.92]), 0.1, [(1.0,)] * 3) == 2


def test_trials_without_a_score_are_refused() -> None:
    with pytest.raises(ValueError, match="no trial"):
        simplest_within(np.array([math.nan]), 0.1, SIZES)
