"""Where marked ones lie: against scipy's Fisher and Mann-Whitney tests."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from trasluz.metrics.concentrated import chance_of_as_many, rank_chance


@pytest.mark.parametrize(("there", "group", "marked", "count"), [(3, 5, 4, 20), (1, 5, 4, 20), (27, 27, 27, 81)])
def test_the_chance_of_as_many_is_fishers(there: int, group: int, marked: int, count: int) -> None:
    table = [[there, group - there], [marked - there, count - group - marked + there]]
    assert chance_of_as_many(there, group, marked, count) == pytest.approx(
        stats.fisher_exact(table, alternative="greater").pvalue, rel=1e-9
    )


def test_nothing_is_sure_and_more_than_there_are_is_impossible() -> None:
    assert chance_of_as_many(0, 5, 4, 20) == 1
    assert chance_of_as_many(4, 20, 4, 20) == 1
    assert chance_of_as_many(5, 5, 4, 20) == 0


def test_the_chance_by_ranks_is_that_of_mann_and_whitney() -> None:
    generator = np.random.default_rng(0)
    for n, m in ((5, 15), (8, 24), (20, 9)):
        first, second = np.round(generator.normal(0.4, 1, n), 1), np.round(generator.normal(0, 1, m), 1)  # with ties
        theirs = stats.mannwhitneyu(first, second, alternative="greater", method="asymptotic").pvalue
        assert rank_chance(first, second) == pytest.approx(theirs, rel=1e-9)


def test_of_nothing_and_of_equals_no_rank_says_anything() -> None:
    assert rank_chance(np.empty(0), np.ones(3)) == 1
    assert rank_chance(np.ones(4), np.ones(3)) == 1
