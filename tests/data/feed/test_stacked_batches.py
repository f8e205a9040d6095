"""Stacked batches: to the bit what each member draws alone, whatever is drawn, and also when others have left."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tests.data.feed.test_batches import batches, data
from trasluz.data.feed.batch import Batch
from trasluz.data.feed.stacked_batches import StackedBatches
from trasluz.recipe import DataSection
from trasluz.recipe.data import AugmentSection
from trasluz.rng import Rng

SECTIONS = {
    "plain": DataSection(),
    "augmented": DataSection(augment=AugmentSection(shift=0.2, flip_horizontal=True, mixup=0.3)),
    "balanced": DataSection(balance="sampling", normalise="standard"),
}


def assert_equal(ours: Batch, theirs: Batch, member: int) -> None:
    for name, value in vars(theirs).items():
        found = getattr(ours, name)
        assert (found is None) == (value is None), name
        if value is not None:
            assert torch.equal(found[member], value), name


@pytest.mark.parametrize("name", SECTIONS)
def test_each_member_sees_what_it_would_alone(name: str) -> None:
    draws = [Rng(seed).child("phase", 0) for seed in range(3)]
    made = batches(data(), section=SECTIONS[name])
    stacked = StackedBatches(made, draws)
    assert (stacked.steps, stacked.batch_size, stacked.samples_per_epoch) == (5, 5, 23)
    for kept in ([0, 1, 2], [0, 2]):
        if len(kept) < 3:
            stacked.keep(kept)
        alone = [list(made.with_draws(draws[member]).epoch(1)) for member in kept]
        for step, (batch, rng) in enumerate(stacked.epoch(1)):
            for place, own in enumerate(alone):
                expected, own_rng, _weight = own[step]
                assert_equal(batch, expected, place)
                assert torch.equal(rng.positions, own_rng.positions)
                assert isinstance(rng.rng.key, torch.Tensor)
                assert int(rng.rng.key[place]) == own_rng.rng.key
    assert step == 4


def test_members_with_other_seeds_see_other_orders() -> None:
    stacked = StackedBatches(batches(data()), [Rng(seed) for seed in (1, 2)])
    (first, _rng), *_more = stacked.epoch(0)
    assert not np.array_equal(first.rows[0].numpy(), first.rows[1].numpy())
