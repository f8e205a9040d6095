"""Copies of networks are what ``copy.deepcopy`` makes, whatever is shared or empty in them."""

from __future__ import annotations

import copy
from collections import OrderedDict
from typing import Any

import torch
from torch import nn

from trasluz.networks.copying import deep_copy


class Tied(nn.Module):
    """Two layers of one weight, a mapping that both know, and a list of modules that is none of PyTorch's."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(3, 3), nn.Linear(3, 3)
        self.second.weight = self.first.weight
        self.notes: dict[str, Any] = {}
        self.first.notes = self.notes  # type: ignore[assignment]  # what somebody may do
        self.others = [nn.BatchNorm1d(3)]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.others[0](self.second(self.first(x)))


def test_a_copy_is_whole_and_shares_what_the_original_shares() -> None:
    network = nn.ModuleDict({"net": Tied()}).eval()
    copied, expected = deep_copy(network), copy.deepcopy(network)
    own: Any = copied["net"]
    assert own.first.weight is own.second.weight
    assert own.first.weight is not network["net"].first.weight
    assert own.notes is own.first.notes
    assert own.notes is not network["net"].notes
    assert own.others[0] is not network["net"].others[0]
    x = torch.randn(4, 3)
    assert torch.equal(copied["net"](x), expected["net"](x))
    for left, right in zip(copied.modules(), expected.modules(), strict=True):
        assert vars(left).keys() == vars(right).keys()
        assert [type(value) for value in vars(left).values()] == [type(value) for value in vars(right).values()]


def test_a_hook_on_a_copy_is_not_on_the_original_nor_on_another_layer() -> None:
    network = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    copied, met = deep_copy(network), list[str]()
    copied[0].register_forward_hook(lambda *_given: met.append("first"))
    network(torch.zeros(1, 2))
    assert met == []
    copied(torch.zeros(1, 2))
    assert met == ["first"]
    assert isinstance(copied[0]._forward_hooks, OrderedDict)


def test_what_stands_for_a_part_is_taken() -> None:
    network = nn.Linear(2, 2)
    weight = network.weight
    assert deep_copy(network, {id(weight): weight}).weight is weight
