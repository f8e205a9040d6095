"""Feature maps: the right channels, on the right grid, with dead ones found, and nothing left in the network."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from tests.look.made_subjects import digits, net_with_a_dead_channel, subject
from trasluz.errors import RequestError
from trasluz.look.looks import feature_maps
from trasluz.look.looks.feature_maps import Config
from trasluz.reporting import Reporter


def _look(net: nn.Module, data: Any = None, **options: Any) -> feature_maps.FeatureMapsResult:
    seen = subject(net, data)
    assert feature_maps.refusal(seen) is None
    return feature_maps.compute(seen, None, Config(**options), Reporter())


def test_the_maps_are_those_of_a_plain_pass_even_before_an_activation_in_place() -> None:
    net = net_with_a_dead_channel()
    found = _look(net, sort="none", count=2)
    seen = subject(net)
    inputs = seen.inputs(seen.pick(2).samples)
    with torch.no_grad():
        expected: Tensor = net[0](inputs)
    assert found.layers == ("net.0", "net.1", "net.2")
    assert found.shapes["net.0"] == (4, 8, 8)
    np.testing.assert_allclose(found.maps["net.0"], expected.numpy(), atol=2e-3)
    np.testing.assert_allclose(found.maps["net.1"], expected.relu().numpy(), atol=2e-3)


def test_a_channel_that_is_zero_on_all_images_is_dead_and_only_after_the_activation() -> None:
    found = _look(net_with_a_dead_channel())
    assert 2 in found.dead["net.1"]
    assert 2 in found.dead["net.2"]
    assert len(found.dead["net.0"]) == 0
    assert found.zeros["net.0"] == 0
    assert 0.25 <= found.zeros["net.1"] < 1


def test_the_share_of_zeros_is_counted_over_all_judged_images() -> None:
    net = net_with_a_dead_channel()
    found = _look(net, examined=50)
    seen = subject(net)
    with torch.no_grad():
        output = net[:2](seen.inputs(seen.pick(50).samples))
    assert found.examined == 50
    assert found.zeros["net.1"] == pytest.approx(float((output == 0).float().mean()))


def test_the_most_active_channels_come_first() -> None:
    found = _look(net_with_a_dead_channel(), channels=3)
    amounts = np.abs(found.maps["net.1"].astype(np.float32)).mean((0, 2, 3))
    assert found.maps["net.1"].shape[1] == 3
    assert (np.diff(amounts) <= 1e-6).all()
    assert 2 not in found.channels["net.1"]


def test_channels_that_speak_most_for_the_class_come_first() -> None:
    net = net_with_a_dead_channel()
    found = _look(net, sort="contribution", towards="3", count=2, layers=("net.1", "net.2"))
    seen = subject(net)
    inputs = seen.inputs(seen.pick(2).samples)
    pooled = net[:3](inputs).detach()
    weights = net[4].weight[3].detach().reshape(4, 4, 4)  # type: ignore[union-attr, operator]  # a linear layer
    expected = (pooled * weights).sum((2, 3)).numpy()  # of a linear score: what each channel adds to it
    assert found.towards == ("3", "3")
    np.testing.assert_array_equal(found.channels["net.2"], np.argsort(-expected.mean(0), kind="stable"))
    np.testing.assert_allclose(found.contributions["net.2"], expected[:, found.channels["net.2"]], atol=1e-5)
    np.testing.assert_allclose(found.contributions["net.1"].sum(1), expected.sum(1), atol=1e-5)
    assert all(parameter.grad is None for parameter in net.parameters())


def test_each_image_speaks_for_its_own_class_and_unknown_ones_are_refused() -> None:
    net = net_with_a_dead_channel()
    found = _look(net, sort="contribution", count=3)
    seen = subject(net)
    with torch.no_grad():
        said = net(seen.inputs(seen.pick(3).samples)).argmax(1)
    assert found.towards == tuple(str(int(label)) for label in said)
    assert _look(net).towards == ()
    with pytest.raises(RequestError, match="allowed: predicted, 0, 1"):
        _look(net, sort="contribution", towards="ten")


def test_many_images_in_parts_speak_as_they_do_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = _look(net_with_a_dead_channel(), sort="contribution", count=5)
    monkeypatch.setattr("trasluz.look.maps.channel_contributions._AT_ONCE", 2)
    parts = _look(net_with_a_dead_channel(), sort="contribution", count=5)
    for layer in whole.layers:
        np.testing.assert_allclose(parts.contributions[layer], whole.contributions[layer], atol=1e-6)


def test_layers_are_chosen_by_pattern_and_spread_over_the_depth() -> None:
    assert _look(net_with_a_dead_channel(), layers="net.[12]").layers == ("net.1", "net.2")
    assert _look(net_with_a_dead_channel(), most=2).layers == ("net.0", "net.2")
    with pytest.raises(RequestError, match=r"net\.0"):
        _look(net_with_a_dead_channel(), layers=("nothing",))


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_images_of_any_number_of_channels_are_kept_as_pictures(channels: int) -> None:
    found = _look(net_with_a_dead_channel(channels), digits(channels=channels))
    assert found.images.shape == (1, 8, 8, channels)
    assert found.images.dtype == np.uint8


def test_nothing_is_left_in_the_network() -> None:
    net = net_with_a_dead_channel().train()
    seen = subject(net)
    net.train()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    feature_maps.compute(seen, None, Config(), Reporter())
    assert all(module.training for module in net.modules())
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in net.modules())
    assert all(torch.equal(before[name], value) for name, value in net.state_dict().items())
    assert all(parameter.grad is None for parameter in net.parameters())


def test_networks_without_maps_are_refused_in_a_sentence() -> None:
    reason = feature_maps.refusal(subject(nn.Sequential(nn.Flatten(), nn.Linear(64, 10))))
    assert reason is not None
    assert "no layers with maps" in reason
