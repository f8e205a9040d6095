"""Schedules against PyTorch's own, and at their edges."""

from __future__ import annotations

import pytest
import torch

from trasluz.recipe import SCHEDULES
from trasluz.training.schedules import factor


def _torch_factors(make: object, steps: int) -> list[float]:
    optimiser = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    schedule = make(optimiser)  # type: ignore[operator]  # a torch scheduler class with its settings
    found = []
    for _step in range(steps):
        found.append(optimiser.param_groups[0]["lr"])
        optimiser.step()
        schedule.step()
    return found


def test_cosine_is_pytorchs_cosine_annealing() -> None:
    expected = _torch_factors(lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, 20, eta_min=0.1), 20)
    assert [factor(SCHEDULES.read({"name": "cosine", "final": 0.1}), e, 20) for e in range(20)] == pytest.approx(
        expected
    )


def test_step_is_pytorchs_step() -> None:
    expected = _torch_factors(lambda o: torch.optim.lr_scheduler.StepLR(o, 4, gamma=0.5), 20)
    assert [
        factor(SCHEDULES.read({"name": "step", "every": 4, "gamma": 0.5}), e, 20) for e in range(20)
    ] == pytest.approx(expected)


def test_one_cycle_rises_linearly_to_its_peak_and_ends_at_its_final_factor() -> None:
    schedule = SCHEDULES.read({"name": "one-cycle", "start": 0.1, "peak": 0.25, "final": 0.01})
    assert factor(schedule, 0, 40) == pytest.approx(0.1)
    assert factor(schedule, 5, 40) == pytest.approx(0.55)
    assert factor(schedule, 10, 40) == pytest.approx(1.0)
    assert factor(schedule, 25, 40) == pytest.approx((1 + 0.01) / 2)
    assert factor(schedule, 40, 40) == pytest.approx(0.01)


def test_piecewise_changes_at_the_epochs_that_it_names() -> None:
    schedule = SCHEDULES.read({"name": "piecewise", "epochs": (2, 5), "factors": (1.0, 0.5, 0.1)})
    assert [factor(schedule, e, 8) for e in (0, 1.99, 2, 4.9, 5, 8)] == [1.0, 1.0, 0.5, 0.5, 0.1, 0.1]


def test_warm_up_rises_from_zero_and_then_hands_over() -> None:
    schedule = SCHEDULES.read({"warmup": 2})
    assert [factor(schedule, e, 10) for e in (0, 1, 2, 9)] == [0.0, 0.5, 1.0, 1.0]
    assert factor(SCHEDULES.read({"name": "cosine", "warmup": 2}), 2, 10) == pytest.approx(1.0)
