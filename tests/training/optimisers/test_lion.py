"""Lion against timm's, which is its authors' code in PyTorch."""

from __future__ import annotations

import pytest
import torch
from timm.optim import Lion

from trasluz.recipe import OPTIMISERS
from trasluz.training.optimisers import make_optimiser

SHAPES = ((3, 5), (7,), (2, 3, 3, 3), ())


@pytest.mark.parametrize("decay", [0.0, 0.3])
@pytest.mark.parametrize("betas", [(0.9, 0.99), (0.95, 0.98)])
def test_its_steps_are_those_of_timm(decay: float, betas: tuple[float, float]) -> None:
    settings = {
        "name": "lion",
        "learning_rate": 0.01,
        "betas": betas,
        "weight_decay": decay,
        "decay_norms_and_biases": True,
    }
    ours, theirs = ([torch.nn.Parameter(torch.ones(s, dtype=torch.float64)) for s in SHAPES] for _ in range(2))
    pair = (
        make_optimiser(OPTIMISERS.read(settings), [("", p) for p in ours]),
        Lion(theirs, lr=0.01, betas=betas, weight_decay=decay, foreach=False),
    )
    generator = torch.Generator().manual_seed(0)
    for _step in range(30):
        gradients = [torch.randn(s, generator=generator, dtype=torch.float64) for s in SHAPES]
        for optimiser, parameters in zip(pair, (ours, theirs), strict=True):
            for parameter, gradient in zip(parameters, gradients, strict=True):
                parameter.grad = gradient.clone()
            optimiser.step()
    for mine, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine, other, rtol=1e-12, atol=1e-12)


def test_another_name_brings_its_own_defaults_and_not_those_of_the_optimiser_before() -> None:
    from trasluz.recipe import load

    changed = load("digits-cnn").override({"train.optimiser.name": "lion"})
    assert changed.train.optimiser.betas == (0.9, 0.99)
    assert changed.train.optimiser.learning_rate == load("digits-cnn").train.optimiser.learning_rate
