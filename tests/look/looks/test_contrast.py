"""What separates two classes: contributions that add up, channels that matter when removed, pairs that are confused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score
from torch import nn

from tests.look.looks.planted import CLASSES, HEIGHT, PATCH, WIDTH, network, planted, subject_of, trained
from trasluz.data.data import DataSpec
from trasluz.errors import RequestError
from trasluz.look.base import compute
from trasluz.look.checks.map_checks import enlarged
from trasluz.look.classes.confusable import _of
from trasluz.look.classes.superiority import superiority
from trasluz.look.looks.contrast import ContrastResult, refusal
from trasluz.look.result import load_result, save_result
from trasluz.look.shown import Shown, from_samples
from trasluz.look.subject import Subject
from trasluz.model.model import Model
from trasluz.reporting import Reporter


def _look(subject: Subject, images: Shown | None = None, **options: object) -> ContrastResult:
    found = compute("contrast", subject, images, options, Reporter())
    assert isinstance(found, ContrastResult)
    return found


def _pooled(channels: int = 1, features: int = 6) -> Subject:
    """Convolution, pooling and one linear layer, in which contributions are known: weight × mean activation."""
    torch.manual_seed(3)
    body = (nn.Conv2d(channels, features, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    return subject_of(nn.ModuleDict({"classifier": nn.Sequential(*body, nn.Linear(features, len(CLASSES)))}), channels)


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_behind_pooling_and_a_linear_layer_a_channel_adds_its_weight_times_its_mean(channels: int) -> None:
    subject = _pooled(channels)
    found = _look(subject, pair=("bars", "stripes"), count=5, channels=2)
    body = subject.networks["classifier"]
    with torch.no_grad():
        activations = body[1](body[0](torch.from_numpy(found.images).permute(0, 3, 1, 2) / 255))
    head: nn.Linear = body[4]
    weights, bias = (value.detach().numpy() for value in (head.weight, head.bias))
    first, second = CLASSES.index("bars"), CLASSES.index("stripes")
    expected = (weights[first] - weights[second]) * activations.mean((2, 3)).numpy()
    np.testing.assert_allclose(found.contributions, expected, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(found.maps.sum((1, 2)), expected.sum(1), rtol=1e-4, atol=1e-5)
    difference = found.scores[:, 0] - found.scores[:, 1]
    np.testing.assert_allclose(difference, expected.sum(1) + bias[first] - bias[second], rtol=1e-4, atol=1e-5)
    for side in range(2):
        removed = found.channels[:, 2 * side : 2 * side + 2]
        lost = np.take_along_axis(expected, removed, 1).sum(1)
        np.testing.assert_allclose(found.without[:, side], difference - lost, rtol=1e-4, atol=1e-5)


def test_the_channels_shown_add_most_and_their_maps_add_up_to_what_they_add() -> None:
    found = _look(_pooled(), pair="checks, bars", count=4, channels=3)
    assert found.channels.shape == (4, 6)
    assert found.firsts == 3
    for added, channels, parts in zip(found.contributions, found.channels, found.parts, strict=True):
        assert (added[channels[:3]] == np.sort(added)[::-1][:3]).all()
        assert (added[channels[3:]] == np.sort(added)[:3]).all()
        np.testing.assert_allclose(parts.sum((1, 2)), added[channels], rtol=1e-4, atol=1e-6)


def test_two_classes_differ_at_the_patch_that_decides_and_in_channels_that_matter() -> None:
    images, labels, corners = planted(60, 1, seed=5)
    found = _look(trained(), from_samples(images, tuple(map(str, range(60)))))
    assert not found.common
    assert (found.pairs[:, 0] == labels).mean() > 0.95
    maps = enlarged(torch.from_numpy(found.maps), (HEIGHT, WIDTH)).flatten(1)
    places = np.stack(np.divmod(maps.argmax(1).numpy(), WIDTH), 1)
    assert ((places >= corners - 2) & (places < corners + PATCH + 2)).all(1).mean() >= 0.95
    change = found.without[:, 0] - (found.scores[:, 0] - found.scores[:, 1])
    by_luck = found.random[:, 0] - (found.scores[:, 0] - found.scores[:, 1])
    assert np.nanmean(change - by_luck) < -1


def test_the_pair_of_a_wrongly_judged_image_is_what_was_predicted_and_what_is_true() -> None:
    found = _look(subject_of(network(1), 1), pair="predicted", count=12)
    wrong = (found.labels != found.pairs[:, 0]) & (found.labels >= 0)
    assert wrong.any(), "an untrained network gets some wrong"
    assert (found.pairs[wrong, 1] == found.labels[wrong]).all()
    assert (found.pairs[:, 0] != found.pairs[:, 1]).all()


def test_the_most_confused_pair_has_the_largest_share_of_mistakes_and_else_of_belief() -> None:
    labels = np.array([0] * 10 + [1] * 2 + [2] * 2)
    sure = np.eye(3)[labels] * 0.8 + 0.1
    assert _of(labels, sure).mistaken == 0
    leaning = sure.copy()
    leaning[-1] = [0.1, 0.3, 0.6]
    assert _of(labels, leaning).pair == (1, 2)
    sure[0], sure[1] = [0.1, 0.8, 0.1], [0.1, 0.8, 0.1]  # 2 of 12
    sure[-1] = [0.1, 0.8, 0.1]  # 1 of 4
    found = _of(labels, sure)
    assert (found.pair, found.mistaken, found.compared) == ((1, 2), 1, 4)


def test_the_usual_pair_is_the_confused_one_with_images_of_both_classes() -> None:
    found = _look(subject_of(network(1), 1), count=5)
    assert found.common
    assert (found.pairs == found.pairs[0]).all()
    assert [(found.labels == label).sum() for label in found.pairs[0]] == [3, 2]
    assert found.compared == sum(found.ranked) > 0
    assert found.mean_contribution.shape == (2, 24)


def test_contributions_over_many_images_are_means_over_each_class() -> None:
    subject = _pooled()
    found = _look(subject, pair=("bars", "checks"), count=120)
    assert len(found.labels) == sum(found.ranked)
    for row, label in enumerate(found.pairs[0]):
        mean = found.contributions[found.labels == label].mean(0)
        np.testing.assert_allclose(found.mean_contribution[row], mean, rtol=1e-4, atol=1e-6)


def test_superiority_is_the_area_under_the_roc_curve() -> None:
    random = np.random.default_rng(0)
    values, first = random.integers(0, 6, (40, 3)).astype(np.float32), random.random(40) < 0.4
    expected = [roc_auc_score(first, column) for column in values.T]
    np.testing.assert_allclose(superiority(values, first), expected)


def test_a_layer_with_one_channel_has_one_to_show_and_no_others_to_compare() -> None:
    found = _look(_pooled(features=1), count=2)
    assert found.channels.shape == (2, 1)
    assert np.isnan(found.random[:, 0]).all()


def test_images_with_several_labels_are_looked_at_by_what_is_predicted() -> None:
    subject = subject_of(network(1), 1)
    data = subject.data
    several = np.eye(len(CLASSES), dtype=bool)[data.labels]
    found = _look(replace(subject, open_data=lambda: replace(data, labels=several)), count=3)
    assert not found.common
    assert (found.labels == -1).all()


def test_a_found_contrast_is_read_as_it_was_written_and_networks_are_left_as_found(tmp_path: Path) -> None:
    net = network(1).train()
    subject = subject_of(net, 1)
    before = {name: value.clone() for name, value in subject.networks.state_dict().items()}
    found = _look(subject, count=2)
    save_result(tmp_path / "contrast", found, {})
    again = load_result(tmp_path / "contrast", ContrastResult)
    assert again.ranked == found.ranked
    np.testing.assert_array_equal(again.parts, found.parts)
    assert all(p.grad is None and p.requires_grad for p in net.parameters())
    assert not any(module._forward_hooks for module in subject.networks.modules())
    assert all(torch.equal(before[name], value) for name, value in subject.networks.state_dict().items())


def test_requests_that_cannot_be_met_say_why() -> None:
    subject = subject_of(network(1), 1)
    with pytest.raises(RequestError, match="stripes"):
        _look(subject, pair=("stripe", "bars"))
    with pytest.raises(RequestError, match="name two"):
        _look(subject, pair=("bars", "bars"))
    with pytest.raises(RequestError, match=r"classifier\.7"):
        _look(subject, layer="classifier.11")
    shown = from_samples(planted(3, 1, seed=0)[0], ("a", "b", "c"))
    assert _look(subject, shown, pair=("bars", "checks")).common
    unlabelled = replace(subject, open_data=lambda: replace(subject.data, labels=None))
    with pytest.raises(RequestError, match="single labels"):
        _look(unlabelled, pair="confused")
    own = subject.model
    spec = DataSpec("image", subject.spec.shape, ("one",))
    single = replace(subject, model=Model(own.family, own.networks, own.preprocess, spec))
    assert "one class" in str(refusal(single))
