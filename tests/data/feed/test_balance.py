"""Class weights and balanced orders."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.utils.class_weight import compute_class_weight

from trasluz.data.feed.balance import balanced_order, class_weights
from trasluz.errors import RecipeError
from trasluz.rng import Rng


def test_weights_are_scikit_learns_balanced_ones() -> None:
    labels = np.repeat([0, 1, 2], [70, 20, 10])
    want = compute_class_weight("balanced", classes=np.arange(3), y=labels)
    np.testing.assert_allclose(class_weights(labels, 3), want, rtol=1e-6)


@given(st.lists(st.integers(-1, 5), min_size=1, max_size=60).filter(lambda x: max(x) >= 0))
def test_weights_have_mean_one_over_the_labelled_samples(values: list[int]) -> None:
    labels = np.array(values)
    weights = class_weights(labels, 7)
    assert weights.dtype == np.float32
    np.testing.assert_allclose(weights[labels[labels >= 0]].mean(), 1, rtol=1e-5)
    assert weights[6] == 0


@given(
    st.lists(st.integers(-1, 4), min_size=1, max_size=60).filter(lambda x: max(x) >= 0),
    st.integers(1, 150),
    st.integers(0, 3),
)
@settings(max_examples=80, deadline=None)
def test_classes_come_equally_often_and_their_samples_in_full_passes(values: list[int], n: int, epoch: int) -> None:
    labels = np.array(values)
    order = balanced_order(labels, Rng(0), epoch, n)
    assert len(order) == n
    present = np.unique(labels[labels >= 0])
    counts = np.bincount(labels[order], minlength=5)[present]
    assert counts.max() - counts.min() <= 1
    for c in present:
        times = np.bincount(order[labels[order] == c], minlength=len(labels))[labels == c]
        assert times.max() - times.min() <= 1


def test_order_is_mixed_repeats_for_one_seed_and_changes_by_epoch() -> None:
    labels = np.repeat([0, 1], [90, 10])
    first = balanced_order(labels, Rng(0), 0, 100)
    assert np.array_equal(first, balanced_order(labels, Rng(0), 0, 100))
    assert not np.array_equal(first, balanced_order(labels, Rng(0), 1, 100))
    assert 10 < labels[first][:50].sum() < 40


def test_a_rest_goes_to_other_classes_in_other_epochs() -> None:
    labels = np.arange(5)
    favoured = {int(balanced_order(labels, Rng(0), epoch, 1)[0]) for epoch in range(40)}
    assert favoured == set(range(5))


@pytest.mark.parametrize("labels", [np.ones((4, 2), bool), np.full(4, -1)])
def test_what_cannot_be_balanced_is_refused_in_a_sentence(labels: np.ndarray) -> None:
    with pytest.raises(RecipeError, match=r"data.balance: weights .* set it to none"):
        class_weights(labels, 2)
    with pytest.raises(RecipeError, match=r"data.balance: sampling .* set it to none"):
        balanced_order(labels, Rng(0), 0, 4)
