"""Our maps against those of pytorch-grad-cam and captum; ``scripts/reference_maps.py`` made ``reference_maps.npz``.

Where they are wrong, tests show it: an epsilon that swamps small gradients, a score that turns a map over; and a
denominator of Grad-CAM++ that is found in other libraries.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from tests.look.cams.of_gradients import class_map
from trasluz.look.cams.score_cam import increases
from trasluz.look.layers.capture import capture
from trasluz.look.maps.class_gradients import class_gradients
from trasluz.look.maps.class_maps import class_maps
from trasluz.look.maps.layouts import Layout
from trasluz.look.maps.trials import Trials

THEIRS = dict(np.load(Path(__file__).parent / "reference_maps.npz"))
CLASSES = torch.arange(3).expand(2, 3)
TINY = 1e-4
LAYERS = ("1", "3")


def _network() -> nn.Sequential:
    found = nn.Sequential(
        *(nn.Conv2d(2, 4, 3, padding=1), nn.ReLU(), nn.Conv2d(4, 6, 3, stride=2, padding=1), nn.ReLU()),
        *(nn.Flatten(), nn.Linear(6 * 4 * 5, 12), nn.ReLU(), nn.Linear(12, 3)),
    )
    weights = {key: torch.from_numpy(THEIRS[f"weights/{key}"]) for key in found.state_dict()}
    found.load_state_dict(weights)
    return found


def _images() -> Tensor:
    return torch.from_numpy(THEIRS["images"])


def _ours(method: str, layer: str, factor: float = 1.0) -> Tensor:
    network = _network()
    return class_maps(network, lambda images: network(images) * factor, _images(), CLASSES, [layer], method).maps[layer]


def _theirs(name: str) -> Tensor:
    return torch.from_numpy(THEIRS[name])


def _in_double(layer: str, factor: float = 1.0) -> tuple[Tensor, Tensor]:
    """Activations ``[n, c, h, w]`` of a layer and their gradients ``[n, k, c, h, w]``, float64."""
    network = _network().double()
    with capture(network, [layer]) as kept:
        scores = network(_images().double()) * factor
        (gradients,) = class_gradients(scores, [kept.last(layer)], CLASSES)
    return kept.last(layer).detach(), gradients


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize(
    "name", ["grad-cam", "hires-cam", "layer-cam", "xgrad-cam", "captum grad-cam", "captum hires-cam"]
)
def test_maps_are_those_of_the_other_libraries(name: str, layer: str) -> None:
    torch.testing.assert_close(
        _ours(name.removeprefix("captum "), layer), _theirs(f"{name}/{layer}"), rtol=1e-4, atol=1e-6
    )


@pytest.mark.parametrize("layer", LAYERS)
def test_grad_cam_plus_plus_is_theirs_without_their_epsilon(layer: str) -> None:
    activations, gradients = _in_double(layer)
    theirs = _theirs(f"grad-cam-plus-plus/{layer}").double()
    torch.testing.assert_close(_equation_19(activations, gradients, epsilon=1e-6), theirs, rtol=1e-3, atol=1e-6)
    ours = _ours("grad-cam-plus-plus", layer).double()
    torch.testing.assert_close(ours, _equation_19(activations, gradients), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("layer", LAYERS)
def test_their_epsilon_swamps_small_gradients_and_ours_has_none(layer: str) -> None:
    """Equation 19 in float64 of scores that are a ten-thousandth as large, against both."""
    activations, gradients = _in_double(layer, TINY)
    expected = _equation_19(activations, gradients)
    torch.testing.assert_close(_ours("grad-cam-plus-plus", layer, TINY).double(), expected, rtol=1e-3, atol=1e-12)
    assert _theirs(f"tiny grad-cam-plus-plus/{layer}").abs().max() < 0.05 * expected.abs().max()


@pytest.mark.parametrize("layer", LAYERS)
def test_the_third_derivatives_stand_outside_of_the_sum_over_places(layer: str) -> None:
    """Equation 19 sums the activations alone; some libraries sum their products with the cubed gradients."""
    activations, gradients = _in_double(layer)
    ours = class_map("grad-cam-plus-plus", activations, gradients)
    torch.testing.assert_close(ours, _equation_19(activations, gradients))
    wrong = _equation_19(activations, gradients, products=True)
    assert (ours - wrong).abs().max() > 0.05 * ours.abs().max()


def _equation_19(activations: Tensor, gradients: Tensor, *, products: bool = False, epsilon: float = 0.0) -> Tensor:
    """Grad-CAM++ (Chattopadhyay et al. 2018, equations 5 and 19) written out, before its ReLU."""
    places = activations.unsqueeze(1)
    cubed = gradients**3
    inner = (places * cubed).sum((3, 4), keepdim=True) if products else places.sum((3, 4), keepdim=True) * cubed
    denominator = 2 * gradients**2 + inner + epsilon
    alpha = torch.where(denominator != 0, gradients**2 / denominator, 0)
    weights = (alpha * gradients.clamp_min(0)).sum((3, 4))
    return torch.einsum("nkc,nchw->nkhw", weights, activations)


@pytest.mark.parametrize("layer", LAYERS)
def test_ablation_cam_is_theirs_times_the_score_by_which_they_divide(layer: str) -> None:
    """So that of a class with a negative score theirs is turned over: what counts against it looks like evidence."""
    with torch.no_grad():
        scores = _network()(_images())[..., None, None]
    ours, theirs = _ours("ablation-cam", layer), _theirs(f"ablation-cam/{layer}")
    torch.testing.assert_close(ours, theirs * scores, rtol=1e-3, atol=1e-5)
    assert (scores < 0).any()


def test_score_cam_is_theirs_after_the_softmax_over_channels() -> None:
    network = _network()
    with torch.no_grad():
        output, scores = network[:2](_images()), network(_images())
    trials = Trials(network, network, _images(), CLASSES, scores, "1", 0, Layout(), output, 2**20)
    weights = increases(trials).softmax(2)
    ours = torch.einsum("nkc,nchw->nkhw", weights, output)
    torch.testing.assert_close(ours, _theirs("score-cam/1"), rtol=1e-4, atol=1e-6)
