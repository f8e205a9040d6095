"""The clock's dice: a draw must depend on where it is made, and on nothing else."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import stats

from trasluz.rng import Rng


def test_a_sample_draws_the_same_in_whichever_batch_it_stands() -> None:
    rng = Rng(7)
    whole = rng.uniform("flip", 3, torch.arange(100), 4)
    halves = torch.cat(
        [rng.uniform("flip", 3, torch.arange(0, 50), 4), rng.uniform("flip", 3, torch.arange(50, 100), 4)]
    )
    assert torch.equal(whole, halves)


@pytest.mark.parametrize("change", ["seed", "purpose", "epoch"])
def test_seed_purpose_and_epoch_each_change_the_draw(change: str) -> None:
    positions = torch.arange(64)
    base = Rng(1).uniform("a", 0, positions)
    other = {
        "seed": Rng(2).uniform("a", 0, positions),
        "purpose": Rng(1).uniform("b", 0, positions),
        "epoch": Rng(1).uniform("a", 1, positions),
    }
    assert not torch.equal(base, other[change])
    assert abs(np.corrcoef(base, other[change])[0, 1]) < 0.5


def test_uniform_passes_a_kolmogorov_smirnov_test_along_both_axes() -> None:
    values = Rng(5).uniform("noise", 2, torch.arange(2000), 50).numpy()
    assert values.min() >= 0
    assert values.max() < 1
    for sample in (values.ravel(), values[:, 0], values[0]):
        assert stats.kstest(sample, "uniform").pvalue > 1e-3


@pytest.mark.parametrize("width", [1, 2, 7])
def test_normal_is_normal_and_independent_across_lanes(width: int) -> None:
    values = Rng(5).normal("noise", 2, torch.arange(20000), width).numpy()
    assert stats.kstest(values.ravel(), "norm").pvalue > 1e-3
    if width > 1:
        off = np.corrcoef(values.T) - np.eye(width)
        assert np.abs(off).max() < 5 / np.sqrt(20000)


def test_neighbouring_positions_are_not_correlated() -> None:
    values = Rng(0).uniform("x", 0, torch.arange(50001)).numpy()
    assert abs(np.corrcoef(values[:-1], values[1:])[0, 1]) < 5 / np.sqrt(50000)


def test_permutation_is_a_permutation_and_differs_between_epochs() -> None:
    first, second = Rng(3).permutation("order", 0, 50), Rng(3).permutation("order", 1, 50)
    assert sorted(first.tolist()) == list(range(50))
    assert not torch.equal(first, second)
    assert torch.equal(first, Rng(3).permutation("order", 0, 50))


def test_ambient_seeds_global_generators_and_puts_them_back() -> None:
    before = torch.random.get_rng_state()
    with Rng(1).ambient("dropout", 0, 5):
        inside = torch.rand(3)
    with Rng(1).ambient("dropout", 0, 5):
        assert torch.equal(inside, torch.rand(3))
    with Rng(1).ambient("dropout", 0, 6):
        assert not torch.equal(inside, torch.rand(3))
    assert torch.equal(before, torch.random.get_rng_state())


def test_child_draws_differ_from_their_parents() -> None:
    positions = torch.arange(8)
    assert not torch.equal(Rng(1).uniform("a", 0, positions), Rng(1).child("phase", 0).uniform("a", 0, positions))


def test_scalar_and_empty_shapes_are_served() -> None:
    assert Rng(0).uniform("a", 0, torch.arange(0), 3).shape == (0, 3)
    assert Rng(0).normal("a", 0, torch.arange(4)).shape == (4,)


def test_a_key_on_the_host_and_one_in_a_tensor_fold_to_the_same_bits() -> None:
    host, tensor = Rng(-123456789), Rng(torch.tensor(-123456789))
    for purpose, where in (("a", ()), ("b", (3,)), ("c", (2**40, 7))):
        assert host.child(purpose, *where).key == int(tensor.child(purpose, *where).key)
    assert host.child("a", 5).key == int(host.child("a", torch.tensor(5)).key)
    positions = torch.arange(9)
    assert torch.equal(host.uniform("x", 2, positions, 3), tensor.uniform("x", 2, positions, 3))


def test_stacked_keys_draw_for_each_member_what_it_draws_alone() -> None:
    members, positions = [Rng(seed) for seed in (0, 1, 7)], torch.arange(5)
    alone = torch.stack([member.normal("noise", 4, positions, 2) for member in members])
    keys = Rng.stack(members).key
    assert isinstance(keys, torch.Tensor)
    assert torch.equal(alone, torch.func.vmap(lambda key: Rng(key).normal("noise", 4, positions, 2))(keys))


def test_keys_of_neighbouring_steps_and_seeds_are_not_correlated() -> None:
    for keys in (
        [Rng(0).child("s", step).key for step in range(20000)],
        [Rng(seed).child("s").key for seed in range(20000)],
    ):
        bits = (np.array(keys, np.int64)[:, None] >> np.arange(64)) & 1
        assert np.abs(bits.mean(0) - 0.5).max() < 5 * 0.5 / 20000**0.5
        pairs = np.corrcoef(bits[:-1].T - 0.5, bits[1:].T - 0.5)
        assert np.abs(pairs - np.eye(128)).max() < 6 / 20000**0.5
