"""Maps against their published equations, computed in other ways, in float64."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from tests.look.cams.of_gradients import class_map
from trasluz.errors import RecipeError
from trasluz.look.cams import find, knows_classes, methods

CHANNELS, HEIGHT, WIDTH, CLASSES = 3, 3, 4, 2


def _head() -> nn.Module:
    """Piecewise linear, as Grad-CAM++ asks of scores."""
    torch.manual_seed(0)
    values = CHANNELS * HEIGHT * WIDTH
    return nn.Sequential(nn.Flatten(), nn.Linear(values, 12), nn.ReLU(), nn.Linear(12, CLASSES)).double()


def _activations(images: int = 2) -> Tensor:
    generator = torch.Generator().manual_seed(1)
    return torch.rand(images, CHANNELS, HEIGHT, WIDTH, generator=generator, dtype=torch.float64)


def _gradients(head: nn.Module, activations: Tensor) -> Tensor:
    """``[n, k, c, h, w]``, one class at a time."""
    leaf = activations.clone().requires_grad_()
    scores = head(leaf)
    each = [torch.autograd.grad(scores[:, k].sum(), leaf, retain_graph=True)[0] for k in range(CLASSES)]
    return torch.stack(each, 1)


def _own_derivatives(head: nn.Module, image: Tensor, label: int) -> list[Tensor]:
    """The first, second and third derivative of exp(S) with respect to each activation by itself, ``[c, h, w]``."""
    found = [torch.zeros_like(image) for _ in range(3)]
    for place in range(image.numel()):
        step = torch.zeros(image.numel(), dtype=torch.float64)
        step[place] = 1
        shift = torch.zeros((), dtype=torch.float64, requires_grad=True)
        value = head((image + shift * step.reshape(image.shape))[None])[0, label].exp()
        for order in range(3):
            (value,) = torch.autograd.grad(value, shift, create_graph=True)
            found[order].view(-1)[place] = value.detach()
    return found


def test_grad_cam_plus_plus_is_equation_19_with_derivatives_taken_three_times() -> None:
    head, activations = _head(), _activations()
    found = class_map("grad-cam-plus-plus", activations, _gradients(head, activations))
    for i, image in enumerate(activations):
        for label in range(CLASSES):
            first, second, third = _own_derivatives(head, image, label)
            alpha = second / (2 * second + image.sum((1, 2), keepdim=True) * third)
            weights = (alpha.nan_to_num() * first.clamp_min(0)).sum((1, 2))
            expected = torch.einsum("c,chw->hw", weights, image) / head(image[None])[0, label].exp()
            torch.testing.assert_close(found[i, label], expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("scale", [1e-4, 1e-12])
def test_grad_cam_plus_plus_does_not_lose_small_gradients(scale: float) -> None:
    """An epsilon in the denominator of equation 19 makes the map of a scaled-down score vanish."""
    activations = _activations().float()
    gradients = _gradients(_head(), _activations()).float()
    small = class_map("grad-cam-plus-plus", activations, gradients * scale)
    expected = torch.einsum("nkc,nchw->nkhw", gradients.clamp_min(0).sum((3, 4)) / 2, activations)
    torch.testing.assert_close(small / scale, expected, rtol=1e-3, atol=0)


def test_grad_cam_is_written_out_by_hand() -> None:
    activations = torch.tensor([[[[1.0, 2.0]], [[3.0, 0.0]]]])
    gradients = torch.tensor([[[[0.5, 1.5]], [[-1.0, 0.0]]]])
    found = class_map("grad-cam", activations, gradients)
    torch.testing.assert_close(found, torch.tensor([[[1.0 * 1 - 0.5 * 3, 1.0 * 2 - 0.5 * 0]]]))


def test_the_other_methods_are_written_out_by_hand() -> None:
    activations = torch.tensor([[[[1.0, 2.0]], [[3.0, 0.0]]]])
    gradients = torch.tensor([[[[0.5, 1.5]], [[-1.0, 4.0]]]])
    expected = {
        "hires-cam": [0.5 - 3.0, 3.0],
        "layer-cam": [0.5, 3.0],
        "grad-cam-positive": [1.0 * 1 + 2.0 * 3, 1.0 * 2],
        "xgrad-cam": [3.5 / 3 * 1 + -3.0 / 3 * 3, 3.5 / 3 * 2],
    }
    for name, values in expected.items():
        torch.testing.assert_close(class_map(name, activations, gradients), torch.tensor([[values]]), msg=name)


def test_pooling_and_a_linear_layer_make_cam_grad_cam_and_hires_cam_the_same_up_to_scale() -> None:
    """CAM (Zhou et al. 2016) is Σ over channels of weight × activation."""
    activations = _activations()
    weights = torch.randn(CLASSES, CHANNELS, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(CHANNELS, CLASSES)).double()
    with torch.no_grad():
        head[2].weight.copy_(weights)
    cam = torch.einsum("kc,nchw->nkhw", weights, activations) / (HEIGHT * WIDTH)
    gradients = _gradients(head, activations)
    torch.testing.assert_close(class_map("grad-cam", activations, gradients), cam)
    torch.testing.assert_close(class_map("hires-cam", activations, gradients) / 1, cam)
    torch.testing.assert_close(class_map("xgrad-cam", activations, gradients), cam)


def test_eigen_cam_keeps_the_largest_share_of_activations_for_every_class() -> None:
    activations = _activations()
    found = class_map("eigen-cam", activations, torch.zeros(2, CLASSES, CHANNELS, HEIGHT, WIDTH).double())
    for image, maps in zip(activations, found, strict=True):
        matrix = image.flatten(1)
        largest = torch.linalg.eigvalsh(matrix @ matrix.T)[-1]
        torch.testing.assert_close((maps[0] ** 2).sum(), largest)
        assert maps[0].sum() > 0
        assert torch.equal(maps[0], maps[1])


def test_eigen_grad_cam_is_the_first_principal_component_of_each_classs_contributions() -> None:
    """Against the eigenvectors of NumPy's covariance, up to the sign, which is the one that follows HiResCAM."""
    activations = _activations()
    gradients = _gradients(_head(), activations)
    found, hires = class_map("eigen-grad-cam", activations, gradients), class_map("hires-cam", activations, gradients)
    for i in range(2):
        for k in range(CLASSES):
            matrix = (gradients[i, k] * activations[i]).flatten(1).numpy()
            first = np.linalg.eigh(np.cov(matrix))[1][:, -1]
            expected = first @ (matrix - matrix.mean(1, keepdims=True))
            here = found[i, k].flatten().numpy()
            np.testing.assert_allclose(np.abs(here), np.abs(expected), rtol=1e-9, atol=1e-12)
            assert abs(here @ expected) == pytest.approx(here @ here)
            assert here @ hires[i, k].flatten().numpy() > 0


@pytest.mark.parametrize("name", methods("gradients", "activations"))
def test_a_batch_gives_what_single_images_and_classes_give(name: str) -> None:
    activations = _activations(3)
    gradients = _gradients(_head(), activations)
    together = class_map(name, activations, gradients)
    assert together.shape == (3, CLASSES, HEIGHT, WIDTH)
    assert together.dtype == torch.float64
    for i in range(3):
        for k in range(CLASSES):
            alone = class_map(name, activations[i : i + 1], gradients[i : i + 1, k])
            torch.testing.assert_close(together[i, k], alone[0])


@pytest.mark.parametrize("name", methods("gradients", "activations"))
def test_nothing_active_and_no_gradient_give_a_map_of_zeros(name: str) -> None:
    nothing = torch.zeros(1, CHANNELS, HEIGHT, WIDTH)
    assert torch.equal(class_map(name, nothing, nothing), torch.zeros(1, HEIGHT, WIDTH))


def test_unknown_names_are_refused() -> None:
    with pytest.raises(RecipeError, match="grad-cam"):
        find("grad-cams")


def test_only_methods_that_need_no_more_than_activations_know_no_class() -> None:
    assert [name for name in methods() if not knows_classes(name)] == ["eigen-cam"]
