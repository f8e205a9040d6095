"""Paired differences of macro F1: scikit-learn's numbers, a bootstrap of many samples, and what few must not claim."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import f1_score

from tests.metrics.bootstrap import bootstrap, bootstrap_confusion
from trasluz.metrics.paired import paired_proportions
from trasluz.metrics.paired_macro import paired_macro_f1, paired_macro_f1_of_labels
from trasluz.rng import Rng


def _drawn(rng: np.random.Generator, count: int, classes: int, shares: tuple[float, float]) -> list[np.ndarray]:
    labels = rng.integers(0, classes, count)
    said = [np.where(rng.random(count) < share, labels, rng.integers(0, classes, count)) for share in shares]
    return [*said, labels]


def test_it_is_scikit_learns_and_the_same_model_is_no_different() -> None:
    own, other, labels = _drawn(np.random.default_rng(2), 300, 4, (0.9, 0.6))
    found, low, high = paired_macro_f1(own, other, labels, 4)
    assert found == pytest.approx(f1_score(labels, own, average="macro") - f1_score(labels, other, average="macro"))
    assert 0 < low < found < high
    same, low, high = paired_macro_f1(own, own, labels, 4)
    assert same == 0
    assert low < 0 < high
    assert high - low < 0.03


def test_many_samples_have_the_bootstraps_interval() -> None:
    own, other, labels = _drawn(np.random.default_rng(3), 4000, 3, (0.85, 0.7))
    triples = (labels * 3 + own) * 3 + other
    cells, counts = np.unique(triples, return_counts=True)

    def apart(weights: np.ndarray) -> float:
        scores = [
            f1_score(cells // 9, said, sample_weight=weights, average="macro") for said in (cells // 3 % 3, cells % 3)
        ]
        return float(scores[0] - scores[1])

    low, high = bootstrap_confusion(apart, counts, Rng(0))
    assert paired_macro_f1(own, other, labels, 3)[1:] == pytest.approx((low, high), abs=(high - low) / 15)


def test_several_labels_have_the_bootstraps_interval_too() -> None:
    rng = np.random.default_rng(4)
    labels, luck = rng.random((1500, 4)) < 0.3, rng.random((1500, 4))
    own, other = labels ^ (luck < 0.05), labels ^ (luck < 0.1)

    def apart(rows: np.ndarray) -> float:
        scores = [f1_score(labels[rows], said[rows], average="macro") for said in (own, other)]
        return float(scores[0] - scores[1])

    low, high = bootstrap(apart, 1500, Rng(0), resamples=300)
    found = paired_macro_f1_of_labels(own, other, labels)
    assert found[0] == pytest.approx(apart(np.arange(1500)))
    assert found[1:] == pytest.approx((low, high), abs=(high - low) / 6)


def test_two_even_classes_never_answered_differently_have_the_interval_of_shares() -> None:
    labels = np.arange(40) % 2
    right = np.ones(40, bool)
    _same, low, high = paired_macro_f1(labels, labels, labels, 2)
    assert (low, high) == pytest.approx(paired_proportions(right, right)[1:], rel=0.05)


@pytest.mark.parametrize(("rarest", "count"), [(1.0, 10), (0.1, 10), (0.1, 40)])
def test_it_holds_the_truth_as_often_as_it_says_with_few_samples(rarest: float, count: int) -> None:
    rng = np.random.default_rng(5)
    frequency = np.geomspace(1, rarest, 3)
    frequency /= frequency.sum()

    def drawn(size: int) -> list[np.ndarray]:
        labels = rng.choice(3, size, p=frequency)
        wrong = (labels + rng.integers(1, 3, size)) % 3
        return [*(np.where(rng.random(size) < right, labels, wrong) for right in (0.9, 0.8)), labels]

    truth = paired_macro_f1(*drawn(400_000), 3)[0]
    held = [low <= truth <= high for _mean, low, high in (paired_macro_f1(*drawn(count), 3) for _ in range(300))]
    assert np.mean(held) >= 0.91


ANSWERS = st.tuples(st.integers(1, 20), st.integers(1, 4)).flatmap(
    lambda shape: st.tuples(*(arrays(np.int64, shape[0], elements=st.integers(0, shape[1] - 1)) for _ in range(3))).map(
        lambda found: (*found, shape[1])
    )
)


@given(drawn=ANSWERS)
def test_it_stays_inside_its_range_and_holds_the_difference(
    drawn: tuple[np.ndarray, np.ndarray, np.ndarray, int],
) -> None:
    difference, low, high = paired_macro_f1(*drawn)
    assert -1 <= low <= difference <= high <= 1
    flags = [found[:, None] == np.arange(drawn[3]) for found in drawn[:3]]
    difference, low, high = paired_macro_f1_of_labels(*flags)
    assert -1 <= low <= difference <= high <= 1


def test_ten_thousand_samples_of_ten_classes_take_milliseconds() -> None:
    own, other, labels = _drawn(np.random.default_rng(6), 10_000, 10, (0.9, 0.8))
    times = []
    for _repetition in range(3):
        started = time.process_time()
        paired_macro_f1(own, other, labels, 10)
        times.append(time.process_time() - started)
    assert min(times) < 0.05
