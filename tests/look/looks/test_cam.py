"""Heat maps of a network whose evidence lies at a known place, and their checks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from tests.look.looks.planted import CLASSES, HEIGHT, PATCH, WIDTH, network, planted, subject_of, trained
from trasluz.errors import RecipeError, RequestError
from trasluz.look.base import compute
from trasluz.look.checks.map_checks import confidences, enlarged, regions
from trasluz.look.looks import cam
from trasluz.look.looks.cam import CamResult, Config
from trasluz.look.result import load_result, save_result
from trasluz.look.shown import from_samples
from trasluz.look.subject import Subject
from trasluz.metrics.intervals import mean_interval
from trasluz.reporting import Reporter

LAST = "classifier.7"


def _look(subject: Subject, **options: object) -> CamResult:
    found = compute("cam", subject, None, options, Reporter())
    assert isinstance(found, CamResult)
    return found


def _of_known_place(subject: Subject, method: str) -> tuple[CamResult, np.ndarray]:
    images, _labels, corners = planted(100, subject.spec.shape[0], seed=3)
    shown = from_samples(images, tuple(map(str, range(100))))
    return cam.compute(subject, shown, Config(method=method, layers="last"), Reporter()), corners


@pytest.mark.parametrize("method", ["grad-cam", "grad-cam-plus-plus", "hires-cam", "layer-cam"])
def test_the_highest_place_is_on_the_patch_that_decides(method: str) -> None:
    """The pointing game of Zhang et al. (2018); chance is the patch's share of the image, 4 per cent."""
    found, corners = _of_known_place(trained(), method)
    assert found.layers == (LAST,)
    maps = enlarged(torch.from_numpy(found.maps[LAST][:, 0]).clamp_min(0), (HEIGHT, WIDTH)).flatten(1)
    rows, columns = np.divmod(maps.argmax(1).numpy(), WIDTH)
    places = np.stack([rows, columns], 1)
    slack = 4  # pixels of one place of the layer
    hits = ((places >= corners - slack / 2) & (places < corners + PATCH + slack / 2)).all(1)
    assert hits.mean() >= 0.95


def test_what_the_network_needs_lies_in_the_region_of_its_map_and_not_elsewhere() -> None:
    found, _corners = _of_known_place(trained(), "grad-cam-plus-plus")
    kept, without = np.nanmean(found.kept[:, 0], 0), np.nanmean(found.without[:, 0], 0)
    assert kept[0] > max(kept[1:]) + 0.2
    assert without[0] < min(without[1:]) - 0.3


def test_confidence_is_that_of_images_with_the_mean_outside_or_inside_the_region() -> None:
    inputs = torch.arange(12.0).reshape(1, 1, 3, 4)
    masks = inputs[:, 0] > torch.tensor([3.0, 7.0, 9.0])[:, None, None, None]
    kept, without = confidences(lambda images: images.sum((2, 3)), inputs, masks, torch.tensor([0]))
    pixels = np.arange(12.0)
    for i, edge in enumerate((3, 7, 9)):
        assert float(kept[i, 0]) == pytest.approx(np.where(pixels > edge, pixels, 5.5).sum())
        assert float(without[i, 0]) == pytest.approx(np.where(pixels <= edge, pixels, 5.5).sum())


def test_the_map_of_an_untrained_network_does_not_find_the_patch() -> None:
    found, corners = _of_known_place(subject_of(network(1), 1), "grad-cam")
    maps = enlarged(torch.from_numpy(found.maps[LAST][:, 0]).clamp_min(0), (HEIGHT, WIDTH)).flatten(1)
    places = np.stack(np.divmod(maps.argmax(1).numpy(), WIDTH), 1)
    assert ((places >= corners) & (places < corners + PATCH)).all(1).mean() < 0.9


@pytest.mark.parametrize("channels", [1, 3])
def test_shapes_and_layers_fit_each_other(channels: int) -> None:
    found = _look(subject_of(network(channels), channels), layers="conv", classes="all", count=4)
    assert found.layers == ("classifier.1", "classifier.4", LAST)
    assert found.maps["classifier.1"].shape == (4, 3, HEIGHT, WIDTH)
    assert found.maps[LAST].shape == (4, 3, HEIGHT // 4, WIDTH // 4)
    assert found.images.shape == (4, HEIGHT, WIDTH, channels)
    assert found.raw_max.shape == found.removed.shape == (4, 3, 3)
    assert found.kept.shape == found.without.shape == (4, 3, 3)
    assert (found.chosen == np.arange(3)).all()
    assert (found.chosen[np.arange(4), found.checked] == found.predicted).all()
    np.testing.assert_allclose(found.confidence.sum(1), 1, rtol=1e-5)


def test_the_predicted_class_comes_before_the_true_one() -> None:
    found = _look(subject_of(network(1), 1), count=6)
    assert (found.chosen[:, 0] == found.predicted).all()
    wrong = found.labels != found.predicted
    assert wrong.any(), "an untrained network gets some wrong"
    assert (found.chosen[wrong, 1] == found.labels[wrong]).all()
    assert found.shown == 2


def test_the_checks_are_what_their_words_say() -> None:
    found = _look(trained(), layers="last", classes="all", count=3)
    for image in range(3):
        for label in range(3):
            values = found.maps[LAST][image, label]
            assert found.raw_max[image, label, 0] == values.max()
            share = -values[values < 0].sum() / np.abs(values).sum()
            np.testing.assert_allclose(found.removed[image, label, 0], share, rtol=1e-4, atol=1e-6)


def test_a_method_that_knows_no_class_has_the_same_map_for_every_class() -> None:
    found = _look(trained(), method="eigen-cam", layers="last", count=3)
    assert not found.class_specific
    np.testing.assert_allclose(found.class_agreement, 1, rtol=1e-5)


def test_the_regions_are_as_large_as_each_other_and_hold_half_of_the_mass() -> None:
    maps = torch.rand(3, 5, 6, generator=torch.Generator().manual_seed(0)) ** 4
    maps[2] = 0
    found = regions(maps, (20, 31))
    sizes = found.sum((2, 3))
    assert (sizes == sizes[0]).all()
    assert sizes[0, 2] == 0
    whole = enlarged(maps, (20, 31))
    for image in range(2):
        held = whole[image][found[0, image]]
        total = whole[image].sum()
        assert held.sum() >= total / 2 > held.sum() - held.min()
    assert found[2, 0, 10, 15], "the centred region holds the centre"


def test_a_random_map_is_no_better_than_its_rivals() -> None:
    subject = trained()
    images, _labels, _corners = planted(60, 1, seed=4)
    inputs, maps = subject.inputs(images), torch.rand(60, 8, 11, generator=torch.Generator().manual_seed(7))

    def probabilities(shown: Tensor) -> Tensor:
        found: Tensor = subject.family.classify(subject.networks, shown)
        return found

    with torch.inference_mode():
        labels = probabilities(inputs).argmax(1)
    kept, without = confidences(probabilities, inputs, regions(maps, (HEIGHT, WIDTH)), labels)
    for gains in (kept[0] - kept[1:].amax(0), without[1:].amin(0) - without[0]):
        _mean, low, _high = mean_interval(gains.tolist())
        assert low <= 0


def test_networks_are_left_as_found() -> None:
    subject = subject_of(network(1).train(), 1)
    subject.networks.requires_grad_(False)
    subject.networks["classifier"][0].weight.requires_grad_(True)
    before = {name: value.clone() for name, value in subject.networks.state_dict().items()}
    _look(subject, count=2)
    assert [p.requires_grad for p in subject.networks.parameters()] == [True] + [False] * 7
    assert all(p.grad is None for p in subject.networks.parameters())
    assert not any(module._forward_hooks for module in subject.networks.modules())
    assert all(torch.equal(before[name], value) for name, value in subject.networks.state_dict().items())


def test_a_found_result_is_read_as_it_was_written(tmp_path: Path) -> None:
    found = _look(subject_of(network(1), 1), count=2)
    save_result(tmp_path / "cam", found, {})
    again = load_result(tmp_path / "cam", CamResult)
    assert again.layers == found.layers
    np.testing.assert_array_equal(again.maps[LAST], found.maps[LAST])
    np.testing.assert_array_equal(again.kept, found.kept)


def test_requests_that_cannot_be_met_say_what_can() -> None:
    subject = subject_of(network(1), 1)
    with pytest.raises(RecipeError, match="grad-cam"):
        _look(subject, method="grad")
    with pytest.raises(RequestError, match=LAST):
        _look(subject, layers="classifier.11")
    with pytest.raises(RequestError, match="stripes"):
        _look(subject, classes=("stripe",))


def test_a_network_without_maps_on_the_way_to_its_scores_is_refused() -> None:
    flat = nn.ModuleDict({"classifier": nn.Sequential(nn.Flatten(), nn.Linear(HEIGHT * WIDTH, len(CLASSES)))})
    with pytest.raises(RequestError, match="no convolution"):
        _look(subject_of(flat, 1))


def test_further_methods_give_what_they_give_alone() -> None:
    found = _look(trained(), layers="last", count=4, also=["layer-cam", "grad-cam", "eigen-cam"])
    (layer,) = found.layers
    assert list(found.others) == [f"layer-cam/{layer}"], "the first method is no other, and no gradients are no match"
    alone = _look(trained(), method="layer-cam", layers="last", count=4)
    np.testing.assert_array_equal(found.others[f"layer-cam/{layer}"], alone.maps[layer])
    assert _look(trained(), method="eigen-cam", layers="last", count=2).others == {}
