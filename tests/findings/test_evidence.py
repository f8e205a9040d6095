"""What findings take their intervals by: samples, or as many of them as groups that are alike are worth."""

from __future__ import annotations

import numpy as np
import pytest

from tests.findings.made import classified, evidence
from trasluz.metrics.clustered import clustered_share
from trasluz.metrics.intervals import shares_apart, wilson


def _arrays(right: np.ndarray, groups: np.ndarray | None) -> dict[str, np.ndarray]:
    """Two classes, all samples of the first; which are ``right``."""
    arrays = {
        "labels": np.zeros(len(right), np.int64),
        "probabilities": np.stack([right, ~right], 1).astype(np.float32),
    }
    return arrays if groups is None else {**arrays, "groups": groups}


def test_without_groups_every_sample_counts() -> None:
    right = np.repeat([True, False], [80, 20])
    made = evidence(evaluation=classified([[80, 20], [0, 0]], arrays=_arrays(right, None)))
    assert made.share_interval(0.8, 50) == wilson(40, 50)
    assert made.shares_apart((0.9, 100), (0.8, 50)) == pytest.approx(shares_apart((90, 100), (40, 50)))


def test_groups_that_are_right_or_wrong_together_count_as_few() -> None:
    right, groups = np.repeat([True, False], [80, 20]), np.arange(100) // 10
    made = evidence(evaluation=classified([[80, 20], [0, 0]], arrays=_arrays(right, groups)))
    low, high = clustered_share(right, groups)
    assert made.share_interval(0.8, 100) == pytest.approx((low, high))
    assert made.share_interval(0.8, 100)[0] < wilson(80, 100)[0] - 0.1
    assert made.shares_apart((0.99, 100), (0.8, 100))[0] < 0 < shares_apart((99, 100), (80, 100))[0]


def test_several_labels_count_by_samples_with_all_of_them_right() -> None:
    right, groups = np.repeat([True, False], [80, 20]), np.arange(100) // 10
    labels = np.zeros((100, 3), bool)
    probabilities = np.where(right[:, None], 0.1, 0.9) * np.array([1, 0, 0])
    arrays = {"labels": labels, "probabilities": probabilities, "groups": groups}
    made = evidence(evaluation=classified([[80, 20], [0, 0]], arrays=arrays))
    alone = evidence(evaluation=classified([[80, 20], [0, 0]], arrays=_arrays(right, groups)))
    assert made.worth == alone.worth < 0.1
