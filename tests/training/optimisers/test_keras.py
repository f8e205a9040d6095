"""Nadam's two ways, of fused kernels and of plain operations, are one formula; Dozat's equations are the oracle."""

from __future__ import annotations

import pytest
import torch

from trasluz.training.optimisers._keras import TORCH_RISE, Nadam

RATE, BETAS, EPS = 0.01, (0.9, 0.999), 1e-7


def _gradients(steps: int) -> list[list[torch.Tensor]]:
    generator = torch.Generator().manual_seed(0)
    shapes = ((3, 5), (7,), (2, 3, 3, 3), ())
    return [[torch.randn(s, generator=generator, dtype=torch.float64) for s in shapes] for _ in range(steps)]


def _trained(steps: list[list[torch.Tensor]], dtype: torch.dtype) -> list[torch.Tensor]:
    parameters = [torch.nn.Parameter(torch.ones_like(g, dtype=dtype)) for g in steps[0]]
    optimiser = Nadam(parameters, RATE, BETAS, EPS)
    for gradients in steps:
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter.grad = gradient.to(dtype)
        optimiser.step()
    return [p.detach().double() for p in parameters]


def _by_hand(gradients: list[torch.Tensor]) -> torch.Tensor:
    """Dozat 2016, algorithm 8, with Keras' schedule of the momentum, one parameter in float64."""
    weight = torch.ones_like(gradients[0])
    m = torch.zeros_like(weight)
    v = torch.zeros_like(weight)
    product = 1.0
    for t, gradient in enumerate(gradients, 1):
        now, after = (BETAS[0] * (1 - 0.5 * 0.96 ** (t + i)) for i in (0, 1))
        product *= now
        m = BETAS[0] * m + (1 - BETAS[0]) * gradient
        v = BETAS[1] * v + (1 - BETAS[1]) * gradient**2
        ahead = after * m / (1 - product * after) + (1 - now) * gradient / (1 - product)
        weight = weight - RATE * ahead / ((v / (1 - BETAS[1] ** t)).sqrt() + EPS)
    return weight


def test_plain_operations_follow_the_paper():
    steps = _gradients(40)
    for place, weight in enumerate(_trained(steps, torch.float64)):
        torch.testing.assert_close(weight, _by_hand([s[place] for s in steps]), rtol=1e-11, atol=1e-12)


def test_fused_kernels_follow_the_paper():
    steps = _gradients(40)
    for place, weight in enumerate(_trained(steps, torch.float32)):
        torch.testing.assert_close(weight, _by_hand([s[place] for s in steps]), rtol=3e-6, atol=3e-6)


def test_a_gradient_of_zero_moves_by_momentum_alone():
    steps = [[torch.ones(3, dtype=torch.float64)], *[[torch.zeros(3, dtype=torch.float64)]] * 5]
    (weight,) = _trained(steps, torch.float32)
    torch.testing.assert_close(weight, _by_hand([s[0] for s in steps]), rtol=3e-6, atol=3e-6)


@pytest.mark.parametrize("decay", [0.0, 0.01])
# PyTorch keeps the product of its momenta in float32, whatever the parameters.
@pytest.mark.parametrize(("dtype", "near"), [(torch.float64, 1e-8), (torch.float32, 5e-6)])
def test_with_its_rise_it_is_pytorchs_nadam(dtype: torch.dtype, near: float, decay: float) -> None:
    steps = _gradients(60)
    ours, theirs = ([torch.nn.Parameter(torch.ones_like(g, dtype=dtype)) for g in steps[0]] for _ in range(2))
    groups = [{"params": ours, "weight_decay": decay}]
    pair = (
        Nadam(groups, RATE, BETAS, EPS, TORCH_RISE),
        torch.optim.NAdam(theirs, RATE, betas=BETAS, eps=EPS, weight_decay=decay),
    )
    for gradients in steps:
        for optimiser, parameters in zip(pair, (ours, theirs), strict=True):
            for parameter, gradient in zip(parameters, gradients, strict=True):
                parameter.grad = gradient.to(dtype)
            optimiser.step()
    for mine, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine, other, rtol=near, atol=near)
