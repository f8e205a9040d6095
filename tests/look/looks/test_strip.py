"""Strip: every layer with the numbers that PyTorch has, and receptive fields through branches."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from tests.look.made_subjects import subject
from trasluz.look.looks import strip
from trasluz.look.looks.strip import Config, Layer, StripResult
from trasluz.look.result import load_result, save_result
from trasluz.reporting import Reporter


class _Branching(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(1, 4, 3, padding=1)
        self.body = nn.Sequential(nn.Conv2d(4, 4, 3, padding=1), nn.ReLU(inplace=True), nn.Conv2d(4, 4, 3, padding=1))
        self.act = nn.ReLU(inplace=True)
        self.last = nn.Conv2d(4, 4, 3, stride=2)
        self.out = nn.Linear(36, 10)

    def forward(self, images: Tensor) -> Tensor:
        maps = torch.relu(self.first(images))
        maps = self.act(maps + self.body(maps))
        found: Tensor = self.out(self.last(maps).flatten(1))
        return found


def _look(net: nn.Module) -> dict[str, Layer]:
    seen = subject(net)
    assert strip.refusal(seen) is None
    found = strip.compute(seen, None, Config(), Reporter())
    assert found.parameters == sum(p.numel() for p in net.parameters())
    return {layer.name: layer for layer in found.layers}


def test_a_chain_has_its_shapes_parameters_and_fields() -> None:
    layers = _look(nn.Sequential(nn.Conv2d(1, 3, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(27, 10)))
    assert list(layers) == [f"net.{i}" for i in range(5)]
    first, pool, last = layers["net.0"], layers["net.2"], layers["net.4"]
    assert (first.given, first.gives, first.parameters, first.field) == ((1, 8, 8), (3, 6, 6), 30, (3, 3))
    assert first.arithmetic == ("⌊(8 − 3 + 2·0) / 1⌋ + 1 = 6",) * 2
    assert (pool.gives, pool.field, pool.feeders) == ((3, 3, 3), (4, 4), 1)
    assert (last.gives, last.parameters, last.whole, last.kernel) == ((10,), 280, True, ())


def test_where_branches_meet_the_largest_field_counts() -> None:
    layers = _look(_Branching())
    assert layers["net.first"].field == (3, 3)
    assert layers["net.body.2"].field == (7, 7)
    assert (layers["net.act"].field, layers["net.act"].feeders) == ((7, 7), 2)
    assert layers["net.last"].field == (9, 9)


def test_an_operation_that_mixes_places_outside_of_layers_leaves_the_field_open() -> None:
    class Mixing(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second, self.out = nn.Conv2d(1, 2, 3), nn.Conv2d(2, 2, 3), nn.Linear(2, 10)

        def forward(self, images: Tensor) -> Tensor:
            maps = torch.nn.functional.avg_pool2d(self.first(images), 2)
            found: Tensor = self.out(self.second(maps).flatten(1))
            return found

    layers = _look(Mixing())
    assert layers["net.second"].field is None
    assert not layers["net.second"].whole


def test_a_stored_strip_is_the_one_that_was_found(tmp_path: object) -> None:
    from pathlib import Path

    found = strip.compute(subject(_Branching()), None, Config(), Reporter())
    target = Path(str(tmp_path)) / "strip"
    save_result(target, found, {})
    assert load_result(target, StripResult) == found


def test_nothing_is_left_in_the_network() -> None:
    net = _Branching()
    seen = subject(net)
    net.train()
    strip.compute(seen, None, Config(), Reporter())
    assert all(module.training for module in net.modules())
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in net.modules())
    assert all(parameter.grad is None for parameter in net.parameters())
