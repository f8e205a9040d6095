"""Mixup: the distribution of its weights, its partners, and its independence of how a batch is cut."""

from __future__ import annotations

import pytest
import torch
from scipy import stats

from trasluz.data.feed.augment import mixup
from trasluz.data.feed.augment.mixing import beta
from trasluz.rng import Rng, StepRng


def step(n: int, first: int = 0) -> StepRng:
    return Rng(3).at(2, 5, torch.arange(first, first + n))


@pytest.mark.parametrize("alpha", [0.1, 0.2, 0.8, 1.0, 2.0, 16.0])
def test_weights_are_beta_distributed(alpha: float) -> None:
    """The lower half is compared, because float32 has no numbers close enough to 1 for a small alpha."""
    weights = beta(step(20_000), alpha).double().numpy()
    assert ((weights >= 0) & (weights <= 1)).all()
    assert abs((weights < 0.5).mean() - 0.5) < 0.015
    assert stats.kstest(weights[weights < 0.5], lambda x: 2 * stats.beta(alpha, alpha).cdf(x)).pvalue > 1e-3


def test_weights_do_not_depend_on_how_the_batch_is_cut() -> None:
    whole = beta(step(10), 0.4)
    parts = torch.cat([beta(step(4), 0.4), beta(step(6, first=4), 0.4)])
    torch.testing.assert_close(whole, parts, atol=0, rtol=0)


def test_images_and_labels_are_mixed_alike_with_another_sample() -> None:
    n = 9
    marks = torch.eye(n)
    (mixed,), labels = mixup((marks.reshape(n, 1, 3, 3),), marks, step(n), 1.0)
    torch.testing.assert_close(mixed.reshape(n, n), labels)
    torch.testing.assert_close(labels.sum(1), torch.ones(n))
    own = labels.diagonal()
    torch.testing.assert_close(own, beta(step(n), 1.0))
    others = labels - torch.diag(own)
    assert (others.count_nonzero(1) == 1).all()
    assert (others.count_nonzero(0) == 1).all()


def test_a_sample_that_is_alone_stays_itself() -> None:
    image, label = torch.rand(1, 3, 4, 4), torch.tensor([[0.0, 1.0]])
    (mixed,), labels = mixup((image,), label, step(1), 0.2)
    torch.testing.assert_close(mixed, image)
    torch.testing.assert_close(labels, label)


def test_the_layout_is_kept() -> None:
    images = torch.rand(6, 3, 5, 7).contiguous(memory_format=torch.channels_last)
    (mixed,), _ = mixup((images,), torch.eye(6), step(6), 0.2)
    assert mixed.is_contiguous(memory_format=torch.channels_last)
