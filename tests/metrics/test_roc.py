import numpy as np
import pytest
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


def test_the_variance_is_delongs_from_all_pairs() -> None:
    scores, positive = scored(80, 0.8, 1)
    won = (scores[positive][:, None] > scores[~positive]) + 0.5 * (scores[positive][:, None] == scores[~positive])
    area = won.mean()
    error = np.sqrt(won.mean(1).var(ddof=1) / len(won) + won.mean(0).var(ddof=1) / won.shape[1])
    found, low, high = auc_interval(scores, positive)
    half = (np.log(high / (1 - high)) - np.log(low / (1 - low))) / 2
    assert found == pytest.approx(area)
    assert half == pytest.approx(1.959964 * error / (area * (1 - area)), rel=1e-5)


def test_the_interval_holds_the_true_area_as_often_as_it_says() -> None:
    # two unit normals a distance of 1 apart: Φ(1/√2)
    held = 0
    for seed in range(300):
        _area, low, high = auc_interval(*scored(120, 1, seed))
        held += low <= 0.7602 <= high
    assert 0.90 <= held / 300 <= 0.99


@pytest.mark.parametrize(("flip", "area"), [(1, 1.0), (-1, 0.0)])
def test_perfect_and_inverted_scores_do_not_claim_certainty(flip: int, area: float) -> None:
    positive = np.arange(20) >= 10
    found, low, high = auc_interval(flip * np.arange(20.0), positive)
    assert found == area
    assert high - low > 0.1


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
