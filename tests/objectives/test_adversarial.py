"""Adversarial losses against their formulas written out."""

from __future__ import annotations

import math

import pytest
import torch

from trasluz.objectives.adversarial import LOSSES


def sigmoid(score: float) -> float:
    return 1 / (1 + math.exp(-score))


@pytest.mark.parametrize("score", [-3.0, -0.5, 0.0, 1.0, 2.5])
def test_non_saturating_losses_are_cross_entropies_of_real_against_generated(score: float) -> None:
    loss, given = LOSSES["non-saturating"], torch.tensor([score])
    assert float(loss.real(given)) == pytest.approx(-math.log(sigmoid(score)))
    assert float(loss.generated(given)) == pytest.approx(-math.log(1 - sigmoid(score)))
    assert float(loss.generator(given)) == pytest.approx(-math.log(sigmoid(score)))


@pytest.mark.parametrize("score", [-3.0, -0.5, 0.0, 1.0, 2.5])
def test_hinge_losses_stop_at_a_margin_of_one(score: float) -> None:
    loss, given = LOSSES["hinge"], torch.tensor([score])
    assert float(loss.real(given)) == max(0.0, 1 - score)
    assert float(loss.generated(given)) == max(0.0, 1 + score)
    assert float(loss.generator(given)) == -score


@pytest.mark.parametrize("name", LOSSES)
def test_the_generator_is_pushed_hardest_where_the_discriminator_is_sure(name: str) -> None:
    scores = torch.tensor([-20.0, 0.0], requires_grad=True)
    LOSSES[name].generator(scores).sum().backward()
    assert scores.grad is not None
    assert scores.grad[0] <= scores.grad[1] < 0


@pytest.mark.parametrize("name", LOSSES)
def test_losses_are_finite_float32_for_extreme_bfloat16_scores(name: str) -> None:
    scores = torch.tensor([-300.0, 300.0], dtype=torch.bfloat16)
    for function in vars(LOSSES[name]).values():
        found = function(scores)
        assert found.dtype == torch.float32
        assert found.isfinite().all()
        assert found.shape == (2,)
