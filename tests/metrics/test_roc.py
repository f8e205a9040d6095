import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from trasluz.metrics.roc import auc_interval, curves


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
