"""The clock's dice: a draw must depend on where it is made, and on nothing else."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import stats

from trasluz.draws import Draws


def test_a_sample_draws_the_same_in_whichever_batch_it_stands() -> None:
    draws = Draws(7)
    whole = draws.uniform("flip", 3, torch.arange(100), 4)
    halves = torch.cat(
        [draws.uniform("flip", 3, torch.arange(0, 50), 4), draws.uniform("flip", 3, torch.arange(50, 100), 4)]
    )
    assert torch.equal(whole, halves)


@pytest.mark.parametrize("change", ["seed", "purpose", "epoch"])
def test_seed_purpose_and_epoch_each_change_the_draw(change: str) -> None:
    positions = torch.arange(64)
    base = Draws(1).uniform("a", 0, positions)
    other = {
        "seed": Draws(2).uniform("a", 0, positions),
        "purpose": Draws(1).uniform("b", 0, positions),
        "epoch": Draws(1).uniform("a", 1, positions),
    }
    assert not torch.equal(base, other[change])
    assert abs(np.corrcoef(base, other[change])[0, 1]) < 0.5


def test_uniform_passes_a_kolmogorov_smirnov_test_along_both_axes() -> None:
    values = Draws(5).uniform("noise", 2, torch.arange(2000), 50).numpy()
    assert values.min() >= 0
    assert values.max() < 1
    for sample in (values.ravel(), values[:, 0], values[0]):
        assert stats.kstest(sample, "uniform").pvalue > 1e-3


@pytest.mark.parametrize("width", [1, 2, 7])
def test_normal_is_normal_and_independent_across_lanes(width: int) -> None:
    values = Draws(5).normal("noise", 2, torch.arange(20000), width).numpy()
    assert stats.kstest(values.ravel(), "norm").pvalue > 1e-3
    if width > 1:
        off = np.corrcoef(values.T) - np.eye(width)
        assert np.abs(off).max() < 5 / np.sqrt(20000)


def test_neighbouring_positions_are_not_correlated() -> None:
    values = Draws(0).uniform("x", 0, torch.arange(50001)).numpy()
    assert abs(np.corrcoef(values[:-1], values[1:])[0, 1]) < 5 / np.sqrt(50000)


def test_permutation_is_a_permutation_and_differs_between_epochs() -> None:
    first, second = Draws(3).permutation("order", 0, 50), Draws(3).permutation("order", 1, 50)
    assert sorted(first.tolist()) == list(range(50))
    assert not torch.equal(first, second)
    assert torch.equal(first, Draws(3).permutation("order", 0, 50))


def test_ambient_seeds_global_generators_and_puts_them_back() -> None:
    before = torch.random.get_rng_state()
    with Draws(1).ambient("dropout", 0, 5):
        inside = torch.rand(3)
    with Draws(1).ambient("dropout", 0, 5):
        assert torch.equal(inside, torch.rand(3))
    with Draws(1).ambient("dropout", 0, 6):
        assert not torch.equal(inside, torch.rand(3))
    assert torch.equal(before, torch.random.get_rng_state())


def test_child_draws_differ_from_their_parents() -> None:
    positions = torch.arange(8)
    assert not torch.equal(Draws(1).uniform("a", 0, positions), Draws(1).child("phase", 0).uniform("a", 0, positions))


def test_scalar_and_empty_shapes_are_served() -> None:
    assert Draws(0).uniform("a", 0, torch.arange(0), 3).shape == (0, 3)
    assert Draws(0).normal("a", 0, torch.arange(4)).shape == (4,)
