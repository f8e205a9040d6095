"""Rank correlation against SciPy's, one pair at a time."""

from __future__ import annotations

import numpy as np
from scipy.stats import spearmanr

from trasluz.look.checks.agreement import spearman


def test_it_is_scipys_with_ties() -> None:
    random = np.random.default_rng(0)
    first, second = (np.maximum(random.normal(size=(4, 30)), 0) for _ in range(2))
    found = spearman(first, second)
    for i in range(4):
        np.testing.assert_allclose(found[i], spearmanr(first[i], second[i]).statistic)


def test_a_map_without_order_has_none() -> None:
    assert np.isnan(spearman(np.zeros(5), np.arange(5.0)))
