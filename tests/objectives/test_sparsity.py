from __future__ import annotations

import math

import pytest
import torch
from torch.distributions import Bernoulli, kl_divergence

from trasluz.objectives.sparsity import kl_to_target, l1


def test_l1_is_the_sum_of_absolute_activities_of_each_code() -> None:
    assert l1(torch.tensor([[1.0, -2.0], [0.0, 0.5]])).tolist() == [3.0, 0.5]


def test_kl_is_that_of_bernoulli_variables() -> None:
    mean = torch.tensor([0.05, 0.1, 0.3, 0.9])
    expected = kl_divergence(Bernoulli(torch.tensor(0.1)), Bernoulli(mean)).sum()
    assert kl_to_target(mean, 0.1).item() == pytest.approx(expected.item(), rel=1e-5)
    assert kl_to_target(torch.full((7,), 0.1), 0.1).item() == pytest.approx(0, abs=1e-6)


def test_kl_stays_finite_where_a_number_is_never_or_always_active() -> None:
    mean = torch.tensor([0.0, 1.0], requires_grad=True)
    value = kl_to_target(mean, 0.1)
    value.backward()  # type: ignore[no-untyped-call]  # PyTorch leaves it without annotations
    assert math.isfinite(value.item())
    assert mean.grad is not None
    assert torch.isfinite(mean.grad).all()


def test_both_compute_in_float32_from_bf16() -> None:
    assert l1(torch.rand(3, 4).bfloat16()).dtype == torch.float32
    assert kl_to_target(torch.rand(4).bfloat16(), 0.1).dtype == torch.float32
