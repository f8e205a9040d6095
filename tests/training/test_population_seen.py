"""The film and the grids of samples of members: those that each would leave alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.training.harness import digits
from tests.training.test_population import MODELS, base, members
from trasluz.training.callbacks.base import Callback
from trasluz.training.callbacks.film_strip import FilmStrip
from trasluz.training.callbacks.samples import SampleGrid
from trasluz.training.fit import fit
from trasluz.training.population.fit import train_together
from trasluz.training.store import MemoryStore

STOPPING = {"monitor": "valid/loss", "patience": 1, "min_delta": 10.0}
CHANGES: list[dict[str, Any]] = [
    {"seed": 1},
    {"seed": 2, "train.early_stopping": STOPPING},
    {"seed": 1, "train.epochs": 2},
    {"seed": 3, "train.optimiser.learning_rate": 3e-3},
]


def watching() -> list[Callback]:
    return [SampleGrid(), FilmStrip()]


@pytest.mark.parametrize("name", ["classifier", "vae"])
def test_a_member_leaves_the_film_that_it_would_leave_alone(name: str) -> None:
    # What a VAE learns follows how much of the training is done, so that no other length trains beside.
    changes = [change for change in CHANGES if name == "classifier" or "train.epochs" not in change]
    recipes, data = members(base(MODELS[name], ema=0.9), changes), digits()
    stores = [MemoryStore() for _recipe in recipes]
    for _ended in train_together(recipes, data, stores, callbacks=[watching() for _recipe in recipes]):
        pass
    for recipe, store in zip(recipes, stores, strict=True):
        alone = MemoryStore()
        fit(recipe, data, alone, callbacks=watching())
        assert store.arrays.keys() == alone.arrays.keys()
        assert any(key.startswith("samples/") for key in store.arrays) == (name == "vae")
        for key, arrays in alone.arrays.items():
            assert store.arrays[key].keys() == arrays.keys()
            for part, expected in arrays.items():
                found = store.arrays[key][part]
                if expected.dtype == np.uint8:
                    assert np.abs(found.astype(int) - expected.astype(int)).max() <= 1, (key, part)
                elif expected.dtype.kind == "f":
                    np.testing.assert_allclose(found, expected, rtol=2e-3, atol=1e-4, err_msg=f"{key} {part}")
                else:
                    assert np.array_equal(found, expected), (key, part)
