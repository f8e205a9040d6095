"""Phases: what is frozen does not move, and rests unless the recipe says otherwise."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from trasluz import components
from trasluz.errors import RecipeError
from trasluz.recipe import OPTIMISERS, PhaseSection
from trasluz.training.optimisers import make_optimiser, set_rate
from trasluz.training.phases import choose_trainable, rate_factors, train_mode


def networks() -> nn.ModuleDict:
    trunk = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Dropout(0.5))
    return nn.ModuleDict({"classifier": nn.ModuleDict({"trunk": trunk, "head": nn.Linear(2, 2)})})


def test_frozen_parts_rest_and_the_rest_trains() -> None:
    found = networks()
    choose_trainable(found, PhaseSection(frozen=("classifier.trunk.*",)))
    train_mode(found)
    trunk, head = found["classifier"]["trunk"], found["classifier"]["head"]
    assert not any(module.training for module in trunk.modules())
    assert head.training
    assert [p.requires_grad for p in found.parameters()] == [False] * 4 + [True] * 2


def test_batch_norms_of_frozen_parts_can_be_left_training_and_nothing_else_there_does() -> None:
    found = networks()
    choose_trainable(found, PhaseSection(frozen=("classifier.trunk.*",)))
    train_mode(found, "train")
    trunk = found["classifier"]["trunk"]
    assert [module.training for module in trunk] == [False, True, False]
    assert not any(p.requires_grad for p in trunk.parameters())


def test_all_batch_norms_can_rest_while_all_weights_move() -> None:
    found = networks()
    choose_trainable(found, PhaseSection())
    train_mode(found, "all")
    trunk = found["classifier"]["trunk"]
    assert [module.training for module in trunk] == [True, False, True]
    assert all(p.requires_grad for p in found.parameters())
    before = trunk[1].running_mean.clone()
    trunk(torch.rand(4, 1, 8, 8)).sum().backward()
    assert torch.equal(before, trunk[1].running_mean)
    assert trunk[1].weight.grad is not None


def test_a_pattern_that_matches_nothing_names_the_nearest_parameter() -> None:
    with pytest.raises(RecipeError, match="for example classifier"):
        choose_trainable(networks(), PhaseSection(frozen=("clasifier.trunk.*",)))


def test_a_phase_without_anything_to_train_is_refused() -> None:
    with pytest.raises(RecipeError, match="nothing to train"):
        choose_trainable(networks(), PhaseSection(frozen=("*",)))


def test_the_first_rate_pattern_that_fits_counts_and_the_others_keep_the_whole_rate() -> None:
    found = networks()
    factors = rate_factors(found, {"classifier.trunk.1.*": 0.5, "classifier.trunk.*": 0.1})
    trunk, head = found["classifier"]["trunk"], found["classifier"]["head"]
    assert [factors[p] for p in trunk.parameters()] == [0.1, 0.1, 0.5, 0.5]
    assert not any(p in factors for p in head.parameters())
    with pytest.raises(
        RecipeError, match=r"train\.learning_rate_factors: the pattern 'trunk\.\*' matches no parameter"
    ):
        rate_factors(found, {"trunk.*": 0.1})


@pytest.mark.parametrize("name", components.names(OPTIMISERS.package))
def test_a_factor_on_the_rate_is_a_step_that_much_shorter(name: str) -> None:
    section = OPTIMISERS.read({"name": name, "learning_rate": 0.1})
    moved = []
    for factor in (1.0, 0.1):
        parameter = nn.Parameter(torch.ones(3))
        optimiser = make_optimiser(section, [("weight", parameter)], {parameter: factor})
        set_rate(optimiser, 0.2)
        parameter.grad = torch.tensor([1.0, 2.0, 3.0])
        optimiser.step()
        moved.append(1 - parameter.detach())
    torch.testing.assert_close(moved[1] * 10, moved[0], rtol=1e-4, atol=1e-6)


def test_no_decay_means_no_decay() -> None:
    parameter = nn.Parameter(torch.ones(2, 2))
    optimiser = make_optimiser(OPTIMISERS.read({"name": "adamw"}), [("weight", parameter)], decaying={"weight"})
    parameter.grad = torch.zeros(2, 2)
    optimiser.step()
    assert torch.equal(parameter, torch.ones(2, 2))


def test_groups_are_few_and_fused_kernels_stay() -> None:
    parameters = [nn.Parameter(torch.zeros(2, 2)) for _ in range(4)]
    factors = {parameters[0]: 0.1, parameters[1]: 0.1}
    optimiser = make_optimiser(
        OPTIMISERS.read({"name": "adam"}), [(str(i), p) for i, p in enumerate(parameters)], factors
    )
    assert [(g["factor"], len(g["params"]), g["fused"]) for g in optimiser.param_groups] == [
        (1.0, 2, True),
        (0.1, 2, True),
    ]
