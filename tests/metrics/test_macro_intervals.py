"""Intervals of macro F1: the delta method against numerical derivatives, inside [0, 1], and by counting."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from trasluz.metrics.classification import confusion_matrix, macro_f1
from trasluz.metrics.intervals import wilson
from trasluz.metrics.macro_intervals import macro_f1_interval, macro_f1_interval_of_labels
from trasluz.metrics.multi_label import mean_scores


def drawn(rng: np.random.Generator, count: int, classes: int, share: float) -> np.ndarray:
    labels = rng.integers(0, classes, count)
    other = (labels + rng.integers(1, classes, count)) % classes
    return confusion_matrix(labels, np.where(rng.random(count) < share, labels, other), classes)


def test_many_samples_have_the_normal_interval_with_the_numerical_derivatives_variance() -> None:
    confusion = drawn(np.random.default_rng(0), 4000, 4, 0.8)
    mean, count = macro_f1(confusion), confusion.sum()
    slopes = np.zeros(confusion.shape)
    for cell in np.ndindex(*confusion.shape):
        more = confusion.astype(float)
        more[cell] += 1e-4
        slopes[cell] = (macro_f1(more) - mean) / 1e-4  # type: ignore[arg-type]
    half = 1.96 * math.sqrt(float((confusion * slopes**2).sum()) - float((confusion * slopes).sum()) ** 2 / count)
    assert macro_f1_interval(confusion) == pytest.approx((mean - half, mean + half), abs=half / 20)


def test_all_right_claims_no_more_than_as_many_right_answers() -> None:
    assert macro_f1_interval(np.diag([20, 20])) == pytest.approx(wilson(40, 40))


def test_a_class_of_one_sample_leaves_it_open() -> None:
    """Its F1 is 0 or 1, and it is a half of the mean."""
    low, high = macro_f1_interval(np.diag([39, 1]))
    assert low < 0.7
    assert high == 1


CONFUSIONS = st.integers(1, 5).flatmap(lambda k: arrays(np.int64, (k, k), elements=st.integers(0, 12)))


@given(confusion=CONFUSIONS.filter(lambda found: found.sum() > 0))
def test_it_stays_inside_its_range_and_holds_the_mean(confusion: np.ndarray) -> None:
    low, high = macro_f1_interval(confusion)
    assert 0 <= low <= macro_f1(confusion) + 1e-12
    assert macro_f1(confusion) - 1e-12 <= high <= 1
    assert low < high


LABELS = st.tuples(st.integers(1, 30), st.integers(1, 4)).flatmap(
    lambda shape: st.tuples(*(arrays(np.bool_, shape) for _ in range(2)))
)


@given(both=LABELS)
def test_so_it_does_with_several_labels_per_sample(both: tuple[np.ndarray, np.ndarray]) -> None:
    low, high = macro_f1_interval_of_labels(*both)
    mean = mean_scores(*both)["macro_f1"]
    assert 0 <= low <= mean + 1e-12
    assert mean - 1e-12 <= high <= 1
    assert low < high


@pytest.mark.parametrize(("count", "least"), [(40, 0.9), (270, 0.92)])
def test_it_holds_the_truth_as_often_as_it_says(count: int, least: float) -> None:
    rng = np.random.default_rng(1)
    held = [low <= 0.9 <= high for low, high in (macro_f1_interval(drawn(rng, count, 3, 0.9)) for _ in range(400))]
    assert np.mean(held) >= least


@pytest.mark.parametrize(("rarest", "count"), [(0.1, 10), (0.1, 40), (0.05, 40)])
def test_rare_classes_of_few_samples_or_none_leave_it_open(rarest: float, count: int) -> None:
    rng = np.random.default_rng(2)
    frequency = np.geomspace(1, rarest, 4)
    frequency /= frequency.sum()
    confused = np.full((4, 4), 0.1 / 3)
    confused[np.diag_indices(4)] = 0.9
    population = frequency[:, None] * confused
    truth = float((2 * np.diag(population) / (population.sum(0) + population.sum(1))).mean())
    drawn = (rng.multinomial(count, population.ravel()).reshape(4, 4) for _ in range(400))
    held = [low <= truth <= high for low, high in map(macro_f1_interval, drawn)]
    assert np.mean(held) >= 0.92


def test_classes_that_many_samples_show_nothing_of_are_not_counted() -> None:
    """Of a class a tenth as frequent as others 30 samples per class would show one."""
    confusion = drawn(np.random.default_rng(3), 400, 3, 0.9)
    wide = np.zeros((10, 10), np.int64)
    wide[:3, :3] = confusion
    assert macro_f1_interval(wide) == macro_f1_interval(confusion)
    few = drawn(np.random.default_rng(3), 40, 3, 0.8)
    wide[:3, :3] = few
    (low, high), (wide_low, wide_high) = macro_f1_interval(few), macro_f1_interval(wide)
    assert wide_high - wide_low > 1.1 * (high - low), "few samples do not rule the others out"


@pytest.mark.parametrize("count", [10, 40])
def test_rare_labels_leave_it_open_too(count: int) -> None:
    rng = np.random.default_rng(4)
    true = np.geomspace(0.3, 0.05, 6)
    truth = float((2 * true * 0.95 / (true + true * 0.95 + (1 - true) * 0.05)).mean())
    held = []
    for _repetition in range(300):
        labels = rng.random((count, 6)) < true
        low, high = macro_f1_interval_of_labels(labels, labels ^ (rng.random(labels.shape) < 0.05))
        held.append(low <= truth <= high)
    assert np.mean(held) >= 0.92
