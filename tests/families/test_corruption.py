from __future__ import annotations

from typing import Any

import pytest
import torch
from pydantic import ValidationError

from trasluz.families._corruption import NoiseSection, corrupt, corrupt_the_same
from trasluz.rng import Rng, StepRng

NOISES: list[dict[str, Any]] = [
    {"name": "dropout", "amount": 0.3},
    {"name": "gaussian", "amount": 0.2},
    {"name": "salt-pepper", "amount": 0.4, "low": -1.0, "high": 2.0},
]


def rng(positions: torch.Tensor, epoch: int = 0, step: int = 0) -> StepRng:
    return Rng(1).at(epoch, step, positions)


@pytest.mark.parametrize("noise", NOISES, ids=lambda n: str(n["name"]))
def test_noise_belongs_to_the_position_whatever_the_batch_and_changes_by_epoch(noise: dict[str, Any]) -> None:
    section = NoiseSection.model_validate(noise)
    inputs, positions = torch.rand(6, 3, 5, 7), torch.arange(6)
    whole = corrupt(inputs, section, rng(positions))
    parts = [corrupt(inputs[a:b], section, rng(positions[a:b], step=a)) for a, b in ((0, 1), (1, 6))]
    assert torch.equal(whole, torch.cat(parts))
    assert whole.shape == inputs.shape
    assert not torch.equal(whole, corrupt(inputs, section, rng(positions, epoch=1)))


def test_dropout_keeps_the_mean_and_empties_its_share() -> None:
    noisy = corrupt(torch.ones(200, 1, 20, 20), NoiseSection(name="dropout", amount=0.5), rng(torch.arange(200)))
    assert set(noisy.unique().tolist()) == {0.0, 2.0}
    assert noisy.mean().item() == pytest.approx(1, abs=0.02)


def test_gaussian_noise_has_its_deviation() -> None:
    noisy = corrupt(torch.zeros(200, 400), NoiseSection(name="gaussian", amount=0.2), rng(torch.arange(200)))
    assert noisy.std().item() == pytest.approx(0.2, rel=0.02)
    assert noisy.mean().item() == pytest.approx(0, abs=0.005)


def test_salt_and_pepper_fall_alike_and_leave_the_rest() -> None:
    section = NoiseSection(name="salt-pepper", amount=0.4, low=-1.0, high=2.0)
    noisy = corrupt(torch.full((200, 400), 0.5), section, rng(torch.arange(200)))
    shares = [(noisy == value).float().mean().item() for value in (-1.0, 0.5, 2.0)]
    assert shares == pytest.approx([0.2, 0.6, 0.2], abs=0.01)


def test_an_evaluated_sample_gets_the_noise_of_its_row_in_any_split_order_and_batch() -> None:
    inputs, rows = torch.rand(5, 1, 4, 4), torch.tensor([7, 3, 9, 1, 0])
    section = NoiseSection(name="gaussian", amount=1.0)
    whole = corrupt_the_same(inputs, rows, section, rng(torch.arange(5)))
    later = rng(torch.arange(40, 45), epoch=3, step=2)
    assert torch.equal(whole, corrupt_the_same(inputs.flip(0), rows.flip(0), section, later).flip(0))


@pytest.mark.parametrize("noise", [("dropout", 1.0), ("salt-pepper", 1.1), ("gaussian", 0.0), ("blur", 0.5)])
def test_impossible_noise_is_refused(noise: tuple[Any, float]) -> None:
    with pytest.raises(ValidationError):
        NoiseSection(name=noise[0], amount=noise[1])


@pytest.mark.parametrize("name", ["gaussian", "dropout"])
def test_values_that_only_salt_and_pepper_has_are_refused_elsewhere(name: Any) -> None:
    with pytest.raises(ValidationError, match="only salt-pepper has values low and high"):
        NoiseSection(name=name, amount=0.5, low=0.5)
    again = NoiseSection(name=name, amount=0.5)
    assert NoiseSection.model_validate(again.model_dump()) == again
