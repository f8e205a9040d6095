"""Exciting images: the ones that a plain pass over everything names, with what those places see, in any layer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from tests.look.made_subjects import digits, net_with_a_dead_channel, subject
from trasluz.errors import RequestError
from trasluz.look.looks import exciting
from trasluz.look.looks.exciting import Config
from trasluz.look.shown import from_samples
from trasluz.look.subject import Subject
from trasluz.reporting import Reporter


def _look(seen: Subject, **options: Any) -> exciting.ExcitingResult:
    assert exciting.refusal(seen) is None
    return exciting.compute(seen, None, Config(**options), Reporter())


def test_the_best_are_those_of_a_plain_pass_over_all_images(monkeypatch: pytest.MonkeyPatch) -> None:
    net = net_with_a_dead_channel()
    seen = subject(net)
    with torch.no_grad():
        maps = net[:2](seen.inputs(seen.data.samples[seen.rows])).flatten(2)
    maxima = maps.max(2).values.numpy()
    monkeypatch.setattr("trasluz.look.looks.exciting._AT_ONCE", 100)
    monkeypatch.setattr("trasluz.look.layers.activations.batch_size_for", lambda _samples: 33)
    found = _look(seen, count=5)
    assert found.layer == "net.1"  # the activation belongs to the convolution, the pooling does not
    assert found.examined == 400
    np.testing.assert_array_equal(found.channels, np.argsort(-maxima.std(0), kind="stable")[:8])
    np.testing.assert_allclose(found.spread, maxima.std(0)[found.channels], rtol=1e-5)
    np.testing.assert_allclose(found.positive, (maxima > 0).mean(0)[found.channels])
    for place, channel in enumerate(found.channels):
        best = np.argsort(-maxima[:, channel], kind="stable")[:5]
        np.testing.assert_allclose(found.values[place], maxima[best, channel], rtol=1e-5)
        if channel != 2:
            assert [found.names[i] for i in found.which[place]] == [str(row) for row in seen.rows[best]]
            assert [found.image_class[i] for i in found.which[place]] == [
                str(seen.data.labels[row])  # type: ignore[index]  # digits have labels
                for row in seen.rows[best]
            ]
    assert found.dead.tolist() == [2]


def test_changing_what_lies_outside_the_crop_changes_nothing() -> None:
    net = net_with_a_dead_channel()
    seen = subject(net)
    found = _look(seen, count=3, channels=(0, 1, 3))
    for place, channel in enumerate(found.channels):
        for rank in range(3):
            image = found.images[found.which[place, rank]]
            top, left, bottom, right = np.rint(found.crops[place, rank] * 8).astype(int)
            assert 2 <= bottom - top <= 3
            assert 2 <= right - left <= 3
            outside = np.full_like(image, 0)
            outside[top:bottom, left:right] = image[top:bottom, left:right]
            with torch.no_grad():
                value = float(net[:2](seen.inputs(outside[None]))[0, channel].max())
            assert value >= found.values[place, rank] - 1e-5


def test_layers_without_places_see_the_whole_image() -> None:
    found = _look(subject(net_with_a_dead_channel()), layer="4", channels=(7,), count=2)
    assert found.layer == "net.4"
    assert found.shape == (10,)
    assert found.crops.tolist() == [[[0, 0, 1, 1]] * 2]
    dense = nn.Sequential(nn.Flatten(), nn.Linear(64, 6), nn.ReLU(), nn.Linear(6, 10))
    assert _look(subject(dense)).layer == "net.2"


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_images_of_any_number_of_channels_without_labels_and_fewer_than_asked_for(channels: int) -> None:
    data = digits(labels=False, channels=channels)
    seen = subject(net_with_a_dead_channel(channels), data)
    seen.data.splits["valid"] = seen.rows[:3]  # type: ignore[index]  # a dictionary in this test
    found = _look(seen)
    assert found.which.shape == (4, 3)
    assert found.images.shape == (3, 8, 8, channels)
    assert set(found.image_class) == {""}
    assert found.shares == {}


def test_images_that_somebody_chose_are_looked_at_instead() -> None:
    seen = subject(net_with_a_dead_channel())
    chosen = from_samples(seen.data.samples[:6], tuple("abcdef"))
    found = exciting.compute(seen, chosen, Config(count=4), Reporter())
    assert found.examined == 6
    assert found.split == ""
    assert set(found.names) <= set("abcdef")


def test_a_draw_of_the_split_is_the_same_every_time() -> None:
    seen = subject(net_with_a_dead_channel())
    first, again = _look(seen, examined=50), _look(seen, examined=50)
    assert first.examined == 50
    assert first.names == again.names


def test_unknown_layers_and_channels_are_refused_in_a_sentence() -> None:
    with pytest.raises(RequestError, match=r"net\.3"):
        _look(subject(net_with_a_dead_channel()), layer="nothing")
    with pytest.raises(RequestError, match="0 to 3"):
        _look(subject(net_with_a_dead_channel()), channels=(4,))


def test_nothing_is_left_in_the_network() -> None:
    net = net_with_a_dead_channel()
    seen = subject(net)
    net.train()
    _look(seen)
    assert all(module.training for module in net.modules())
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in net.modules())
    assert all(parameter.requires_grad and parameter.grad is None for parameter in net.parameters())
