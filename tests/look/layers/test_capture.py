"""The capture context: right gradients in hard cases, and nothing left behind."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from trasluz.look.layers.capture import capture
from trasluz.look.maps.class_gradients import class_gradients
from trasluz.look.maps.class_maps import class_maps


class Residual(nn.Module):
    """An in-place ReLU that is used twice, an in-place sum, and odd sizes."""

    def __init__(self, channels: int = 1, classes: int = 3) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, 4, 3, padding=1)
        self.norm = nn.BatchNorm2d(4)
        self.conv2 = nn.Conv2d(4, 4, 3, padding=1)
        self.relu = nn.ReLU(inplace=True)
        self.dropout = nn.Dropout(0.5)
        self.head = nn.Linear(4, classes)

    def forward(self, images: Tensor) -> Tensor:
        first = self.relu(self.norm(self.conv1(images)))
        second = self.conv2(first)
        second += first
        found: Tensor = self.head(self.dropout(self.relu(second)).square().mean((2, 3)))
        return found


def _network(channels: int = 1, classes: int = 3) -> Residual:
    torch.manual_seed(0)
    return Residual(channels, classes)


def _images(channels: int = 1) -> Tensor:
    return torch.randn(2, channels, 33, 47, generator=torch.Generator().manual_seed(1))


def test_gradients_are_those_of_the_network_cut_at_the_layer() -> None:
    network = _network().eval()
    with capture(network, ["norm", "conv2", "relu"]) as kept:
        (found,) = class_gradients(network(_images()), [kept.last("norm")], torch.arange(3).expand(2, 3))
    cut = network.norm(network.conv1(_images())).detach().requires_grad_()
    first = cut.relu()
    scores = network.head((network.conv2(first) + first).relu().square().mean((2, 3)))
    for k in range(3):
        (expected,) = torch.autograd.grad(scores[:, k].sum(), cut, retain_graph=True)
        torch.testing.assert_close(found[:, k], expected)
    torch.testing.assert_close(kept.last("norm"), cut)


def test_a_reused_module_keeps_every_call_and_stands_where_it_is_called_last() -> None:
    network = _network()
    with capture(network, ["relu", "conv2", "conv1"]) as kept:
        network(_images())
    assert kept.names == ("conv1", "conv2", "relu")
    assert len(kept.calls["relu"]) == 2
    assert all((call >= 0).all() for call in kept.calls["relu"])
    assert (kept.last("conv2") < 0).any(), "an in-place ReLU behind it changed what was kept"


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("frozen", [True, False])
def test_modes_gradients_buffers_and_hooks_are_left_as_found(training: bool, frozen: bool) -> None:
    network = _network().train(training)
    network.dropout.train(not training)
    network.requires_grad_(not frozen)
    network.conv1.bias.requires_grad_(frozen)
    network.head.weight.grad = torch.ones_like(network.head.weight)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    asking = [p.requires_grad for p in network.parameters()]
    with torch.inference_mode():
        found = class_maps(network, network, _images(), torch.zeros(2, 1, dtype=torch.int64), ["conv2"])
    assert found.maps["conv2"].abs().sum() > 0
    assert [p.requires_grad for p in network.parameters()] == asking
    assert network.training is training
    assert network.dropout.training is not training
    assert all(torch.equal(before[name], value) for name, value in network.state_dict().items())
    assert torch.equal(network.head.weight.grad, torch.ones_like(network.head.weight))
    assert network.conv1.weight.grad is None
    assert not any(module._forward_hooks for module in network.modules())


def test_everything_is_put_back_after_an_error() -> None:
    network = _network().train()
    with pytest.raises(RuntimeError, match="stop"), capture(network, ["conv1"]):
        raise RuntimeError("stop")
    assert network.training
    assert all(p.requires_grad for p in network.parameters())
    assert not any(module._forward_hooks for module in network.modules())


@pytest.mark.parametrize("kind", ["tuple", "dict"])
def test_of_several_outputs_the_first_tensor_is_kept(kind: str) -> None:
    class Several(nn.Module):
        def forward(self, values: Tensor) -> Any:
            return (values * 2, None, values) if kind == "tuple" else {"main": values * 2, "aux": values}

    network = nn.Sequential(Several())
    values = torch.ones(1, 2)
    with capture(network, ["0"]) as kept:
        output = network(values)
    main = output[0] if kind == "tuple" else output["main"]
    (gradient,) = torch.autograd.grad((main * 3).sum(), kept.last("0"))
    assert torch.equal(kept.last("0"), values * 2)
    assert torch.equal(gradient, torch.full((1, 2), 3.0))


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_images_classes_and_layers_at_once_are_what_each_gives_alone(channels: int) -> None:
    network, images = _network(channels), _images(channels)
    classes = torch.tensor([[0, 2], [1, 0]])
    layers = ["norm", "conv2", "relu"]
    together = class_maps(network, network, images, classes, layers, "grad-cam-plus-plus", memory=1)
    for name in layers:
        assert together.maps[name].shape == (2, 2, 33, 47)
        for i in range(2):
            for k in range(2):
                one = class_maps(
                    network, network, images[i : i + 1], classes[i : i + 1, k : k + 1], [name], "grad-cam-plus-plus"
                )
                torch.testing.assert_close(together.maps[name][i, k], one.maps[name][0, 0])


def test_a_sigmoid_heads_two_classes_have_opposite_maps() -> None:
    """One score z is given as (−z/2, z/2)."""
    network = _network(classes=1)

    def scores(images: Tensor) -> Tensor:
        z = network(images)
        return torch.cat([-z / 2, z / 2], 1)

    found = class_maps(network, scores, _images(), torch.tensor([[0, 1], [0, 1]]), ["conv2"]).maps["conv2"]
    assert found.abs().sum() > 0
    torch.testing.assert_close(found[:, 0], -found[:, 1])


class _Odd(torch.autograd.Function):
    """Has no rule for vmap."""

    @staticmethod
    def forward(ctx: Any, values: Tensor) -> Tensor:
        return values * 2

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        return torch.from_numpy(gradient.numpy() * 2)


def test_an_operation_that_cannot_be_batched_is_computed_class_by_class() -> None:
    values = torch.ones(2, 3, requires_grad=True)
    (found,) = class_gradients(_Odd.apply(values), [values], torch.arange(3).expand(2, 3))
    assert torch.equal(found, (2 * torch.eye(3)).expand(2, 3, 3))


def test_a_layer_without_influence_has_no_gradient() -> None:
    network = nn.ModuleDict({"used": nn.Linear(2, 2), "aside": nn.Linear(2, 2)})
    with capture(network, ["used", "aside"]) as kept:
        network["aside"](torch.ones(1, 2))
        scores = network["used"](torch.ones(1, 2))
        gradients = class_gradients(scores, [kept.last("aside")], torch.tensor([[0]]))
    assert torch.equal(gradients[0], torch.zeros(1, 1, 2))
