from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from trasluz.networks.initialise import fans, initialise


@pytest.mark.parametrize("layer", [nn.Conv2d(64, 128, 3), nn.ConvTranspose2d(128, 64, 3), nn.Linear(576, 300)])
def test_he_normal_has_variance_two_over_fan_in_and_is_cut_at_two_standard_deviations(layer: nn.Module) -> None:
    initialise(layer, "he-normal")
    weight = layer.get_parameter("weight").detach()
    std = math.sqrt(2 / fans(weight)[0])
    assert float(weight.std()) == pytest.approx(std, rel=0.02)
    assert float(weight.abs().max()) <= 2 * std / 0.87962566 + 1e-6
    assert torch.count_nonzero(layer.get_parameter("bias")) == 0


def test_glorot_uniform_fills_its_published_bounds() -> None:
    layer = nn.Conv2d(32, 64, 3)
    initialise(layer, "glorot-uniform")
    bound = math.sqrt(6 / (32 * 9 + 64 * 9))
    assert float(layer.weight.detach().abs().max()) <= bound
    assert float(layer.weight.detach().abs().max()) > 0.99 * bound
    assert float(layer.weight.detach().std()) == pytest.approx(bound / math.sqrt(3), rel=0.02)


def test_he_normal_out_counts_outputs() -> None:
    layer = nn.Conv2d(16, 256, 3, bias=False)
    initialise(layer, "he-normal-out")
    assert float(layer.weight.detach().std()) == pytest.approx(math.sqrt(2 / (256 * 9)), rel=0.03)


def test_fans_are_those_of_keras_also_for_transposed_kernels() -> None:
    assert fans(nn.Conv2d(3, 8, 5).weight) == (75, 200)
    assert fans(nn.ConvTranspose2d(128, 32, 3).weight) == (32 * 9, 128 * 9)
    assert fans(nn.Linear(7, 11).weight) == (7, 11)


def test_torch_and_layers_without_a_kernel_are_left_alone() -> None:
    linear, norm = nn.Linear(4, 4), nn.BatchNorm2d(4)
    before = linear.weight.clone()
    initialise(linear, "torch")
    initialise(norm, "he-normal")
    assert torch.equal(linear.weight, before)
    assert torch.equal(norm.weight, torch.ones(4))
