"""Score-CAM and Ablation-CAM by way of trials: against closed forms and channel-by-channel loops, in float64."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from trasluz.look.cams import methods
from trasluz.look.maps.class_maps import MEMORY, class_maps

CLASSES = torch.tensor([[0, 2], [1, 0]])


class Net(nn.Module):
    """A ReLU that is used twice, smaller maps than images, a dropout, and odd sizes."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.first = nn.Conv2d(2, 4, 3, stride=2)
        self.second = nn.Conv2d(4, 5, 3, padding=1)
        self.relu = nn.ReLU(inplace=True)
        self.dropout = nn.Dropout(0.5)
        self.head = nn.Linear(5, 3)
        self.double()

    def forward(self, images: Tensor) -> Tensor:
        return self.rest(self.relu(self.second(self.relu(self.first(images)))))

    def rest(self, maps: Tensor) -> Tensor:
        found: Tensor = self.head(self.dropout(maps).square().mean((2, 3)))
        return found


def _images() -> Tensor:
    return torch.randn(2, 2, 13, 9, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


def _relu_maps(net: Net) -> Tensor:
    with torch.no_grad():
        maps: Tensor = net.second(net.first(_images()).relu()).relu()
    return maps


def _maps(net: nn.Module, layer: str, method: str, memory: int = MEMORY) -> Tensor:
    with torch.inference_mode():
        return class_maps(net, net, _images(), CLASSES, [layer], method, memory).maps[layer]


def test_score_cam_is_the_loop_over_channels_of_masked_images_over_the_baseline() -> None:
    net = Net().eval()
    maps, images = _relu_maps(net), _images()
    found = _maps(net, "relu", "score-cam")
    with torch.no_grad():
        blank = net(torch.zeros_like(images[:1]))[0]
        for i in range(2):
            expected = torch.zeros(2, *maps.shape[2:], dtype=torch.float64)
            for channel in maps[i]:
                mask = F.interpolate(channel[None, None], images.shape[2:], mode="bilinear")[0, 0]
                if mask.max() > mask.min():
                    mask = (mask - mask.min()) / (mask.max() - mask.min())
                weights = net((images[i] * mask)[None])[0] - blank
                expected += weights[CLASSES[i], None, None] * channel
            torch.testing.assert_close(found[i], expected)


def test_ablation_cam_is_the_loop_over_channels_set_to_zero_at_the_last_call_of_the_layer() -> None:
    net = Net().eval()
    maps = _relu_maps(net)
    found = _maps(net, "relu", "ablation-cam")
    with torch.no_grad():
        for i in range(2):
            expected = torch.zeros(2, *maps.shape[2:], dtype=torch.float64)
            for c, channel in enumerate(maps[i]):
                changed = maps[i].clone()
                changed[c] = 0
                weights = (net.rest(maps[i : i + 1]) - net.rest(changed[None]))[0]
                expected += weights[CLASSES[i], None, None] * channel
            torch.testing.assert_close(found[i], expected)


def test_of_pooling_and_a_linear_layer_ablation_cam_is_cam_with_each_channel_weighed_by_its_mean() -> None:
    torch.manual_seed(0)
    head = nn.Linear(4, 3)
    net = nn.Sequential(nn.Conv2d(2, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), head).double().eval()
    with torch.no_grad():
        maps = net[:2](_images())
        weights = head.weight[CLASSES] * maps.mean((2, 3)).unsqueeze(1)
        expected = torch.einsum("nkc,nchw->nkhw", weights, maps)
    torch.testing.assert_close(_maps(net, "1", "ablation-cam"), expected)


def test_a_class_whose_score_is_negative_keeps_the_sign_of_its_evidence() -> None:
    """Divided by the score, as published, the map is turned over: what counts against the class looks like evidence."""
    head = nn.Linear(4, 3)
    net = nn.Sequential(nn.Conv2d(2, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), head).double()
    raised = _maps(net, "1", "ablation-cam")
    with torch.no_grad():
        head.bias -= 100
        assert (net(_images()) < 0).all()
    torch.testing.assert_close(_maps(net, "1", "ablation-cam"), raised)


@pytest.mark.parametrize("method", methods("trials"))
def test_any_memory_gives_the_same_maps_and_little_memory_means_single_passes(method: str) -> None:
    net, sizes = Net(), []
    net.register_forward_hook(lambda _module, given, _output: sizes.append(len(given[0])))
    whole = _maps(net, "relu", method)
    assert max(sizes) > 5, "the channels of both images at once"
    sizes.clear()
    torch.testing.assert_close(_maps(net, "relu", method, memory=1), whole)
    assert set(sizes[1:]) == {1}


@pytest.mark.parametrize("method", methods("trials"))
def test_a_channel_that_is_zero_takes_no_pass_and_no_weight(method: str) -> None:
    net, sizes = Net(), []
    with torch.no_grad():
        net.second.weight[:3], net.second.bias[:3] = 0, -1  # type: ignore[index]  # a convolution's bias is a tensor
    net.register_forward_hook(lambda _module, given, _output: sizes.append(len(given[0])))
    found = _maps(net, "relu", method)
    assert max(sizes) <= 2 * 2
    assert found.abs().sum() > 0


@pytest.mark.parametrize("method", methods("trials"))
def test_networks_are_left_as_found(method: str) -> None:
    net = Net().train()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    _maps(net, "relu", method)
    assert all(module.training for module in net.modules())
    assert all(p.requires_grad and p.grad is None for p in net.parameters())
    assert not any(module._forward_hooks for module in net.modules())
    assert all(torch.equal(before[name], value) for name, value in net.state_dict().items())
