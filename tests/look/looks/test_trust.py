"""Trust in heat maps: given to a network that knows where to look, withheld from random maps and from those that know
nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from tests.look.looks.planted import HEIGHT, WIDTH, network, planted, subject_of, trained
from tests.look.looks.planted_checks import trained_on_shuffled_labels
from tests.look.made_subjects import digits, subject
from trasluz.errors import RecipeError, RequestError
from trasluz.look.base import compute
from trasluz.look.checks.pixel_removal import ROAD_SHARES, areas
from trasluz.look.checks.verdicts import correlated, gains, judge, knows_something, measured
from trasluz.look.layers.operations import operations
from trasluz.look.looks.trust import Config, TrustResult, curves_of
from trasluz.look.maps.explaining import probabilities_of
from trasluz.look.result import load_result, save_result
from trasluz.look.shown import from_samples
from trasluz.look.subject import Subject
from trasluz.reporting import Reporter

QUICK = {"count": 40, "steps": 8, "random_networks": 4}


def _look(of: Subject, **options: object) -> TrustResult:
    found = compute("trust", of, None, {**QUICK, **options}, Reporter())
    assert isinstance(found, TrustResult)
    return found


@pytest.mark.parametrize("method", ["grad-cam", "grad-cam-plus-plus", "saliency"])
def test_maps_of_a_network_that_learned_where_to_look_are_trusted(method: str) -> None:
    found = _look(trained(), methods=method)
    assert knows_something(found)
    judged = judge(found, method)
    assert judged.follows_weights
    assert all(gain.gains for pair in (judged.deletion, judged.insertion, judged.road) for gain in pair)
    assert judged.marks
    assert not judged.marks_nothing


def test_a_network_trained_on_shuffled_labels_has_nothing_to_show() -> None:
    found = _look(trained_on_shuffled_labels(), methods=("grad-cam", "saliency"))
    assert knows_something(found) is False
    for method in found.methods:
        assert not judge(found, method).marks


def test_an_untrained_network_does_not_pass_for_a_trained_one() -> None:
    found = _look(subject_of(network(1), 1), methods=("grad-cam", "grad-cam-plus-plus", "saliency"))
    assert knows_something(found) is False
    for method in found.methods:
        judged = judge(found, method)
        assert not judged.follows_weights, "maps of other random networks are no more complex"
        assert not (judged.follows_weights and judged.marks)


def test_a_random_map_marks_nothing_of_the_network_that_learned() -> None:
    of = trained()
    images, _labels, _corners = planted(60, 1, seed=4)
    pixels = of.pixels(images)
    with torch.inference_mode():
        said = probabilities_of(of)(of.preprocess.normalise(pixels)).argmax(1)
    maps = torch.rand(60, 8, 11, generator=torch.Generator().manual_seed(7))
    curves = curves_of(of, pixels, [maps], said, said, torch.arange(60), Config(steps=8))[0]
    for worth in (-areas(curves.deletion), areas(curves.insertion), -curves.road.mean(-1)):
        assert not all(gain.gains for gain in gains(worth))


def test_a_map_that_shows_the_image_whatever_the_weights_is_not_trusted() -> None:
    """The channel of a convolution of one pixel is the image, in another brightness."""
    flat = nn.Sequential(nn.Conv2d(1, 1, 1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1, 10))
    with torch.no_grad():
        flat[0].weight.fill_(1.0)
        flat[4].weight.fill_(1.0)
    found = _look(subject(flat, digits()), methods="eigen-cam", random_networks=6)
    judged = judge(found, "eigen-cam")
    assert not judged.follows_weights
    assert not (judged.follows_weights and judged.marks)


@pytest.mark.parametrize("channels", [1, 3, 4, 2])
@pytest.mark.parametrize("baseline", ["mean", "blur"])
def test_shapes_fit_each_other(channels: int, baseline: str) -> None:
    found = _look(subject_of(network(channels), channels), count=5, steps=4, random_networks=2, baseline=baseline)
    assert found.methods == ("grad-cam", "saliency", "guided-backprop")
    assert found.alike.shape == found.rise.shape == (3, 2, 5)
    assert found.deletion.shape == found.insertion.shape == (3, 3, 5, 5)
    assert found.road.shape == (3, 3, 5, len(ROAD_SHARES))
    assert found.images.shape == (4, HEIGHT, WIDTH, 1 if channels == 2 else channels)
    assert found.examples["grad-cam"].shape == (4, 2, HEIGHT // 4, WIDTH // 4)
    assert found.examples["saliency"].shape == (4, 2, HEIGHT, WIDTH)
    np.testing.assert_allclose(found.deletion[:, :, :, 0], found.insertion[:, :, :, -1], rtol=1e-4)
    np.testing.assert_allclose(found.deletion[:, :, :, -1], found.insertion[:, :, :, 0], rtol=1e-4)


def test_a_network_without_maps_has_the_gradient_alone() -> None:
    net = nn.Sequential(nn.Flatten(), nn.Linear(64, 10))
    found = _look(subject(net, digits()), count=3, steps=2, random_networks=2)
    assert found.methods == ("saliency",)
    assert found.layer == ""
    with pytest.raises(RequestError, match="no convolution"):
        _look(subject(net, digits()), methods="grad-cam")


def test_without_labels_the_models_own_answer_stands_for_the_truth() -> None:
    images, _labels, _corners = planted(12, 1, seed=5)
    shown = from_samples(images, tuple(map(str, range(12))))
    found = compute("trust", trained(), shown, {"methods": "saliency", "steps": 2, "random_networks": 2}, Reporter())
    assert isinstance(found, TrustResult)
    assert not found.labelled
    assert found.right.all()
    assert knows_something(found) is None
    assert len(found.names) == 4


def test_networks_are_left_as_found() -> None:
    net = network(1)
    of = subject_of(net, 1)
    before = {name: value.clone() for name, value in of.networks.state_dict().items()}
    _look(of, count=3, steps=2, random_networks=2)
    assert all(torch.equal(before[name], value) for name, value in of.networks.state_dict().items())
    assert all(p.grad is None and p.requires_grad for p in net.parameters())
    assert not any(module._forward_hooks for module in of.networks.modules())


def test_a_found_result_is_read_as_it_was_written(tmp_path: Path) -> None:
    found = _look(subject_of(network(1), 1), count=3, steps=2, random_networks=2, methods="saliency")
    save_result(tmp_path / "trust", found, {})
    again = load_result(tmp_path / "trust", TrustResult)
    np.testing.assert_array_equal(again.deletion, found.deletion)
    assert judge(again, "saliency") == judge(found, "saliency")


def test_requests_that_cannot_be_met_say_what_can() -> None:
    with pytest.raises(RecipeError, match="guided-backprop"):
        _look(trained(), methods="guided-backpropp")
    with pytest.raises(RequestError, match=r"classifier\.7"):
        _look(trained(), layer="classifier.11", methods="grad-cam")


def test_what_is_not_finite_is_not_counted() -> None:
    assert measured(np.array([1.0, np.nan, 3.0])).mean == 2.0
    assert not measured(np.array([np.nan])).known
    assert not measured(np.array([5.0])).above_zero, "one value says nothing of its spread"


@pytest.mark.parametrize("values", [[0.99], [1.0, 1.0, 0.95], [-1.0, -0.9]])
def test_the_interval_of_a_correlation_stays_inside_its_range(values: list[float]) -> None:
    found = correlated(np.array([*values, np.nan]))
    assert -1 <= found.low < found.mean + 1e-9
    assert found.mean - 1e-9 < found.high <= 1
    assert not correlated(np.array([np.nan])).known


def test_unless_told_it_looks_at_fewer_images_of_a_network_that_costs_more(monkeypatch: pytest.MonkeyPatch) -> None:
    of = subject_of(network(1), 1)
    cost = 2 * (33 * 47 * 9 * 16 + 16 * 23 * 9 * 16 * 24 + 8 * 11 * 24 * 24 + 24 * 3)
    assert operations(of) == cost, "twice the products of each convolution and of the last layer"
    usual = {"methods": "saliency", "steps": 2, "random_networks": 2}
    passes = 3 * 3 + 3 * (2 * 2 + 5)
    for affordable, looked_at in ((1000, 64), (23, 23), (1, 10)):
        monkeypatch.setattr("trasluz.look.looks.trust._BUDGET", (affordable + 0.5) * passes * cost)
        found = compute("trust", of, None, usual, Reporter())
        assert isinstance(found, TrustResult)
        assert len(found.right) == looked_at
    assert len(_look(of, count=3, methods="saliency", steps=2, random_networks=2).right) == 3
