import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score

from trasluz.metrics.roc import auc_interval, curves, one_against_rest


def scored(n: int, apart: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    positive = rng.random(n) < 0.3
    return np.round(rng.normal(size=n) + apart * positive, 2), positive


def test_the_area_is_scikit_learns_with_ties_and_lies_inside_its_interval() -> None:
    scores, positive = scored(300, 1, 0)
    found = curves(scores, positive)
    assert found.auc == pytest.approx(roc_auc_score(positive, scores))
    assert found.auc == pytest.approx(np.trapezoid(found.hits, found.false_alarms))
    assert 0 < found.interval[0] < found.auc < found.interval[1] < 1
    assert found.share == pytest.approx(positive.mean())
    assert (found.precision[0], found.recall[0], found.recall[-1]) == (pytest.approx(found.share), 1, 0)


def pairs_variance(scores: np.ndarray, positive: np.ndarray) -> float:
    """DeLong's, from all pairs."""
    won = (scores[positive][:, None] > scores[~positive]) + 0.5 * (scores[positive][:, None] == scores[~positive])
    return float(won.mean(1).var(ddof=1) / len(won) + won.mean(0).var(ddof=1) / won.shape[1])


@pytest.mark.parametrize("spread", [1.0, 4.0])
def test_the_ends_are_the_areas_that_lie_just_as_far_as_their_variance_allows(spread: float) -> None:
    """Newcombe 2006: (θ̂ − θ)² = z²·V(θ), where scores vary more, as much more as DeLong measures."""
    rng = np.random.default_rng(1)
    positive = rng.random(200) < 0.2
    scores = rng.normal(size=200) * np.where(positive, spread, 1.0) + 1.5 * positive
    area, low, high = auc_interval(scores, positive)
    assert area == pytest.approx(roc_auc_score(positive, scores))
    m, n = int(positive.sum()), int((~positive).sum())

    def variance(of: float) -> float:  # Hanley and McNeil's, with both sizes taken as their mean
        first, second = of / (2 - of), 2 * of**2 / (1 + of)
        both = (m + n) / 2 - 1
        return (of * (1 - of) + both * (first - of**2) + both * (second - of**2)) / (m * n)

    ratio = pairs_variance(scores, positive) / variance(area)
    assert (ratio > 1.2) == (spread > 1)
    for end in (low, high):
        assert (area - end) ** 2 == pytest.approx(1.959964**2 * max(ratio, 1) * variance(end), rel=0.03)


def two_normals(apart: float, spread: float, share: float, n: int, rng: np.random.Generator) -> bool:
    """Whether the interval holds the area, Φ(d / √(1 + s²))."""
    positive = np.arange(n) < share * n
    scores = rng.normal(size=n) * np.where(positive, spread, 1.0) + apart * positive
    _area, low, high = auc_interval(scores, positive)
    return low <= NormalDist().cdf(apart / math.hypot(1, spread)) <= high


@pytest.mark.parametrize(("apart", "spread", "share"), [(1.0, 1.0, 0.5), (3.5, 1.0, 0.1), (3.0, 3.0, 0.1)])
@pytest.mark.parametrize("count", [40, 270])
def test_the_interval_holds_the_true_area_as_often_as_it_says(
    apart: float, spread: float, share: float, count: int
) -> None:
    rng = np.random.default_rng(2)
    held = np.mean([two_normals(apart, spread, share, count, rng) for _trial in range(300)])
    assert held >= 0.92


@pytest.mark.parametrize(("flip", "area"), [(1, 1.0), (-1, 0.0)])
def test_perfect_and_inverted_scores_do_not_claim_certainty(flip: int, area: float) -> None:
    positive = np.arange(20) >= 10
    found, low, high = auc_interval(flip * np.arange(20.0), positive)
    assert found == area
    assert high - low > 0.1


def test_a_perfect_class_stands_beside_a_nearly_perfect_one_with_nearly_its_interval() -> None:
    """27 of 270 samples of the class: all above the others, or one of them below one."""
    positive = np.arange(270) >= 243
    scores = np.arange(270.0)
    swapped = scores.copy()
    swapped[[242, 243]] = swapped[[243, 242]]
    (one, low, high), (nearly, lower, higher) = auc_interval(scores, positive), auc_interval(swapped, positive)
    assert one == high == 1
    assert 0.9997 < nearly < 1
    assert lower == pytest.approx(low, abs=0.002)
    assert nearly < higher <= 1


@given(
    scores=st.lists(st.integers(0, 6), min_size=2, max_size=30),
    marks=st.lists(st.booleans(), min_size=30, max_size=30),
)
def test_the_interval_stays_inside_its_range_and_holds_the_area(scores: list[int], marks: list[bool]) -> None:
    positive = np.array(marks[: len(scores)])
    positive[:2] = True, False
    area, low, high = auc_interval(np.array(scores, float), positive)
    assert 0 <= low <= area <= high <= 1
    assert low < high
    mirrored = auc_interval(-np.array(scores, float), positive)
    assert mirrored == pytest.approx((1 - area, 1 - high, 1 - low), abs=1e-9)


def test_one_class_has_no_curve() -> None:
    with pytest.raises(ValueError, match="both classes"):
        curves(np.arange(4.0), np.ones(4, bool))


def three_classes(n: int = 400) -> tuple[np.ndarray, np.ndarray]:
    """Softmax scores of three classes and labels, a tenth of them unknown."""
    rng = np.random.default_rng(4)
    labels = rng.integers(0, 3, n)
    raw = rng.normal(size=(n, 3)) + 1.2 * np.eye(3)[labels]
    scores = np.exp(raw) / np.exp(raw).sum(1, keepdims=True)
    return scores, np.where(rng.random(n) < 0.1, -1, labels)


def test_curves_of_each_class_against_the_rest_are_scikit_learns() -> None:
    scores, labels = three_classes()
    known = labels >= 0
    names = ("a", "b", "c")
    found = one_against_rest(scores, labels, names)
    assert tuple(found) == names
    for i, name in enumerate(names):
        own = labels[known] == i
        precision, recall, _t = precision_recall_curve(own, scores[known, i])
        np.testing.assert_array_equal(found[name].precision, precision)
        np.testing.assert_array_equal(found[name].recall, recall)
        assert found[name].average_precision == pytest.approx(average_precision_score(own, scores[known, i]))
        assert found[name].count == known.sum()
    areas = roc_auc_score(labels[known], scores[known], multi_class="ovr", average=None)
    np.testing.assert_allclose([curves.auc for curves in found.values()], areas)


def test_several_labels_per_sample_are_judged_label_by_label_and_those_without_both_are_left_out() -> None:
    rng = np.random.default_rng(5)
    scores, labels = rng.random((90, 3)), rng.random((90, 3)) < 0.4
    labels[:, 1] = True
    found = one_against_rest(scores, labels, ("a", "b", "c"))
    assert tuple(found) == ("a", "c")
    assert found["c"].average_precision == pytest.approx(average_precision_score(labels[:, 2], scores[:, 2]))
