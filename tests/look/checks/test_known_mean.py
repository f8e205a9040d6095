"""Means of what is known: as NumPy has them, without its warning where nothing is."""

from __future__ import annotations

import numpy as np
import pytest

from trasluz.look.checks.known_mean import known_mean


@pytest.mark.parametrize("axis", [0, 1])
def test_what_is_not_known_counts_nowhere(axis: int) -> None:
    values = np.random.default_rng(0).random((4, 5))
    values[1, 2], values[3, 2] = np.nan, np.inf
    np.testing.assert_allclose(
        known_mean(values, axis), np.nanmean(np.where(np.isfinite(values), values, np.nan), axis)
    )


def test_where_nothing_is_known_there_is_no_mean() -> None:
    assert np.isnan(known_mean(np.array([[np.nan, np.inf], [1, 2]]), 1)).tolist() == [True, False]
    assert known_mean(np.empty((2, 0)), 1).shape == (2,)
