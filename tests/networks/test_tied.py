from __future__ import annotations

import copy
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from trasluz.errors import RecipeError
from trasluz.networks.choose import build_decoder, build_encoder
from trasluz.networks.tied import TiedLinear, tie
from trasluz.objectives.l2 import kernels

SHAPE = (2, 5, 3)


def pair(**encoder: Any) -> nn.ModuleDict:
    torch.manual_seed(0)
    made, code = build_encoder({"name": "dense", "hidden": [9, 6], "code": 4, **encoder}, SHAPE)
    back = build_decoder({"name": "dense", "hidden": [6, 9]}, code, SHAPE)
    return nn.ModuleDict({"encoder": made, "decoder": back})


def tied() -> nn.ModuleDict:
    networks = pair()
    tie(networks["encoder"], networks["decoder"])
    return networks


def error(networks: nn.ModuleDict, images: Tensor) -> Tensor:
    rebuilt: Tensor = networks["decoder"](networks["encoder"](images))
    return (rebuilt - images).square().sum()


def test_gradient_of_a_tied_kernel_is_the_sum_of_both_of_its_uses() -> None:
    networks, apart = tied(), pair()
    values = networks.state_dict()
    for number in (1, 2, 3):
        kernel = values[f"encoder.layer{number}.dense.weight"]
        values[f"decoder.layer{4 - number}.dense.weight"] = kernel.t().clone()
    apart.load_state_dict(values)
    images = torch.rand(4, *SHAPE)
    error(networks, images).backward()
    error(apart, images).backward()
    for number in (1, 2, 3):
        encoding = apart.get_parameter(f"encoder.layer{number}.dense.weight").grad
        decoding = apart.get_parameter(f"decoder.layer{4 - number}.dense.weight").grad
        assert encoding is not None
        assert decoding is not None
        found = networks.get_parameter(f"encoder.layer{number}.dense.weight").grad
        assert torch.allclose(found, encoding + decoding.t(), rtol=1e-5, atol=1e-5)


def test_a_tied_decoder_stores_biases_only_and_nothing_is_stored_twice() -> None:
    networks = tied()
    stored = [name for name in networks.state_dict() if name.startswith("decoder.")]
    assert stored == [f"decoder.layer{n}.dense.bias" for n in (1, 2, 3)]
    assert len(kernels(networks)) == 3
    pointers = [value.data_ptr() for value in networks.state_dict().values()]
    assert len(set(pointers)) == len(pointers)


def test_a_copy_of_both_refers_to_the_copied_kernels() -> None:
    networks = tied()
    average = copy.deepcopy(networks)
    images = torch.rand(3, *SHAPE)
    before = error(networks, images)
    with torch.no_grad():
        for parameter in average["encoder"].parameters():
            parameter.zero_()
    assert error(networks, images) == before
    layer = average.get_submodule("decoder.layer1.dense")
    assert isinstance(layer, TiedLinear)
    assert layer._source[0] is average.get_submodule("encoder.layer3.dense")


def test_loaded_weights_reach_the_tied_decoder() -> None:
    networks, other = tied(), tied()
    with torch.no_grad():
        for parameter in other.parameters():
            parameter.add_(0.1)
    networks.load_state_dict(other.state_dict())
    images = torch.rand(3, *SHAPE)
    assert torch.equal(error(networks, images), error(other, images))


def test_what_does_not_mirror_cannot_be_tied() -> None:
    networks = pair(hidden=[9, 5])
    with pytest.raises(RecipeError, match=r"model\.tied: the decoder must mirror the encoder"):
        tie(networks["encoder"], networks["decoder"])
    convolutional, _code = build_encoder({"name": "conv", "channels": [4], "code": 4}, (1, 8, 8))
    with pytest.raises(RecipeError, match="only dense layers can share their weights, but conv1 is a Conv2d"):
        tie(convolutional, pair()["decoder"])
