"""Many networks as one: under ``vmap`` a family's losses of stacked members are what each member gives alone."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor
from torch.func import functional_call, stack_module_state, vmap

from trasluz.data.data import DataSpec
from trasluz.data.feed.batch import Batch
from trasluz.families import base
from trasluz.networks.dropout import masks_from
from trasluz.rng import Rng

DENSE = {"name": "dense", "hidden": [12], "dropout": 0.3}
FAMILIES: dict[str, dict[str, Any]] = {
    "classifier": {"family": "classifier", "network": DENSE},
    "autoencoder": {
        "family": "autoencoder",
        "encoder": {**DENSE, "code": 4},
        "decoder": {"name": "dense", "hidden": [8]},
    },
    "vae": {"family": "vae", "latent": 3, "encoder": {**DENSE, "code": 6}, "decoder": {"name": "dense", "hidden": [8]}},
}
START = base.Progress("train", 0, 0, torch.tensor(0.0))


@pytest.mark.parametrize("name", FAMILIES)
def test_losses_of_stacked_members_are_those_of_each_alone(name: str) -> None:
    spec = DataSpec("image", (1, 4, 4), ("a", "b", "c"))
    family = base.create(FAMILIES[name], spec)
    members, rngs = [], [Rng(7).child("member", number) for number in range(3)]
    for rng in rngs:
        with rng.ambient("build"):
            members.append(family.build())
    torch.manual_seed(0)
    images, labels = torch.rand(9, 1, 4, 4), torch.arange(9) % 3
    batch, positions = Batch(images, images, torch.arange(9), labels=labels), torch.arange(9)

    def losses(networks: Any, key: Any) -> dict[str, Tensor]:
        step = Rng(key).at(2, 5, positions)
        with masks_from(step.of_step("masks/main")):
            found = family.losses(networks, batch, step, START, "main")
        return {**found.terms, **found.watched}

    alone = [losses(member, rng.key) for member, rng in zip(members, rngs, strict=True)]
    parameters, buffers = stack_module_state(members)
    skeleton = members[0]

    class Asked(torch.nn.Module):
        """Hands the networks that ``functional_call`` has filled to ``losses``."""

        def __init__(self) -> None:
            super().__init__()
            self.networks = skeleton

        def forward(self, key: Tensor) -> dict[str, Tensor]:
            return losses(self.networks, key)

    named = {f"networks.{n}": v for n, v in {**parameters, **buffers}.items()}
    together = vmap(lambda own, key: functional_call(Asked(), own, (key,)))(named, Rng.stack(rngs).key)
    for term, values in together.items():
        torch.testing.assert_close(values, torch.stack([one[term] for one in alone]), rtol=1e-4, atol=1e-5)
        assert values.ndim == 1
        assert len(set(values.tolist())) > 1 or term == "accuracy"
