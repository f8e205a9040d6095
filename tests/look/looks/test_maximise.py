"""Maximise: the score rises where theory says, beats real images, and neither company nor chunks change an image."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from tests.look.layers.test_activations import _FAMILIES, _made
from tests.look.made_subjects import digits, subject
from trasluz.errors import RequestError
from trasluz.look.looks import exciting, maximise
from trasluz.look.looks.maximise import Config
from trasluz.look.result import load_result, save_result
from trasluz.look.subject import Subject
from trasluz.reporting import Reporter


def _net(channels: int = 1) -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(channels, 4, 3, padding=1), nn.ReLU(inplace=True), nn.Flatten(), nn.Linear(256, 10))


def _look(seen: Subject, **options: Any) -> maximise.MaximiseResult:
    assert maximise.refusal(seen) is None
    return maximise.compute(seen, None, Config(**{"steps": 40, "examined": 100, **options}), Reporter())


def test_of_a_linear_score_the_image_takes_the_sign_of_the_weights() -> None:
    torch.manual_seed(1)
    net = nn.Sequential(nn.Flatten(), nn.Linear(64, 10))
    found = _look(subject(net), steps=300, shake=0.0)
    weights = net[1].weight.detach().reshape(10, 8, 8).numpy()  # type: ignore[union-attr, operator]  # a linear layer
    large = np.abs(weights) > 0.03
    assert ((found.images[..., 0] > 127) == (weights > 0))[large].mean() > 0.98
    most = np.maximum(weights, 0).sum((1, 2)) + net[1].bias.detach().numpy()  # type: ignore[union-attr, operator]
    assert (found.scores > 0.8 * most).all()
    assert (found.scores <= most + 1e-4).all()


def test_scores_are_those_of_the_images_and_higher_than_of_real_ones() -> None:
    seen = subject(_net())
    found = _look(seen)
    assert found.targets == tuple("0123456789")
    assert (found.scores > found.real).all()
    with torch.no_grad():
        again = seen.networks["net"](seen.inputs(found.images)).numpy()
    np.testing.assert_allclose(np.diag(again), found.scores, atol=0.02)  # images are kept as bytes
    with torch.no_grad():
        real = seen.networks["net"](seen.inputs(found.real_images)).numpy()
    np.testing.assert_allclose(np.diag(real), found.real, atol=1e-5)
    everything = seen.take(seen.rows)
    judged = _look(seen, examined=400, steps=1)
    with torch.no_grad():
        best = seen.networks["net"](seen.inputs(everything.samples)).max(0).values.numpy()
    np.testing.assert_allclose(judged.real, best, atol=1e-5)


def test_company_and_chunks_change_nothing_and_seeds_do(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = subject(_net())
    whole = _look(seen, steps=10)
    alone = _look(seen, steps=10, classes=("7",))
    np.testing.assert_allclose(alone.scores, whole.scores[7:8], rtol=1e-4)
    monkeypatch.setattr("trasluz.look.looks.maximise._VALUES", 3 * 64)
    np.testing.assert_allclose(_look(seen, steps=10).scores, whole.scores, rtol=1e-4)
    assert not np.allclose(_look(seen, steps=10, seed=1).scores, whole.scores, rtol=1e-4)


def test_a_channel_that_is_silent_at_the_beginning_is_woken() -> None:
    net = _net()
    with torch.no_grad():
        net[0].bias[1] = -0.3  # type: ignore[index, union-attr]  # a convolution's bias is a tensor
    found = _look(subject(net), layer="last", channels=(1, 3), steps=200)
    assert found.layer == "net.1"
    assert found.targets == ("1", "3")
    assert found.total == 4
    assert (found.scores > found.real).all()


def test_a_dead_channel_stays_dead_without_an_error() -> None:
    net = _net()
    with torch.no_grad():
        net[0].weight[2] = 0  # type: ignore[index, union-attr]  # a convolution's weight is a tensor
        net[0].bias[2] = -1  # type: ignore[index, union-attr]
    found = _look(subject(net), layer="1", channels=(2,))
    assert found.scores.tolist() == [0]


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_images_of_any_number_of_channels(channels: int, tmp_path: Path) -> None:
    found = _look(subject(_net(channels), digits(channels=channels)), steps=3, most=2)
    assert found.images.shape == (2, 8, 8, 1 if channels == 2 else channels)
    assert found.real_images.shape == found.images.shape
    save_result(tmp_path / "kept", found, {})
    again = load_result(tmp_path / "kept", maximise.MaximiseResult)
    np.testing.assert_array_equal(again.images, found.images)
    assert again.targets == found.targets


@pytest.mark.parametrize(("model", "domains"), _FAMILIES, ids=[str(m) for m, _d in _FAMILIES])
def test_every_family_has_units_to_excite(model: dict[str, Any], domains: tuple[str, ...]) -> None:
    seen = _made(model, domains)
    found = _look(seen, steps=1, most=2)
    assert found.images.shape == (2, 28, 28, 1)
    assert (found.layer == "") == seen.can("logits")
    assert exciting.refusal(seen) is None
    best = exciting.compute(seen, None, exciting.Config(count=2), Reporter())
    assert best.which.shape[1] == 2
    assert (np.diff(best.values) <= 0).all()


def test_unknown_classes_channels_and_layers_are_refused_in_a_sentence() -> None:
    seen = subject(_net())
    for options, word in (({"classes": ("ten",)}, "allowed: 0, 1"), ({"layer": "last", "channels": (9,)}, "0 to 3")):
        with pytest.raises(RequestError, match=word):
            _look(seen, **options)
    with pytest.raises(RequestError, match=r"net\.1"):
        _look(seen, layer="nothing")


def test_the_network_and_the_global_draws_are_left_as_they_were() -> None:
    net = _net()
    seen = subject(net)
    net.train()
    net[3].weight.requires_grad_(False)  # type: ignore[union-attr, operator]  # a linear layer
    before, state = {name: value.clone() for name, value in net.state_dict().items()}, torch.random.get_rng_state()
    _look(seen, steps=2)
    _look(seen, steps=2, layer="last")
    assert torch.equal(torch.random.get_rng_state(), state)
    assert all(module.training for module in net.modules())
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in net.modules())
    assert all(torch.equal(before[name], value) for name, value in net.state_dict().items())
    assert all(parameter.grad is None for parameter in net.parameters())
    assert [parameter.requires_grad for parameter in net.parameters()] == [True, True, False, True]
