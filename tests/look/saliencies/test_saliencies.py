"""Pixel attributions against closed forms, and that networks and batches do not change them or are changed by them."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from trasluz.errors import RecipeError, RequestError
from trasluz.look.saliencies import Explained, choose, methods

HEIGHT, WIDTH = 5, 7


def _identity(unit: Tensor) -> Tensor:
    return unit


def _network(channels: int = 3) -> nn.Module:
    """In-place ReLUs, one of them on the inputs themselves, and one that is a function."""

    class Last(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.scores = nn.Linear(4 * HEIGHT * WIDTH, 3)

        def forward(self, maps: Tensor) -> Tensor:
            found: Tensor = self.scores(F.relu(maps, inplace=True).flatten(1) ** 2)
            return found

    torch.manual_seed(0)
    first = nn.Conv2d(channels, 4, 3, padding=1)
    second = nn.Conv2d(4, 4, 3, padding=1)
    return nn.Sequential(nn.ReLU(inplace=True), first, nn.ReLU(inplace=True), second, Last()).double()


def _images(count: int, channels: int = 3, seed: int = 1) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(count, channels, HEIGHT, WIDTH, generator=generator, dtype=torch.float64) + 0.1


def _explained(network: nn.Module) -> Explained:
    return Explained(network, network, _identity)


CLASSES = torch.tensor([[0, 2], [1, 0], [2, 1]])


@pytest.mark.parametrize("channels", [1, 3, 4, 7])
@pytest.mark.parametrize("baseline", ["black", "white", "mean"])
def test_integrated_gradients_add_up_to_the_change_of_the_score(channels: int, baseline: str) -> None:
    network, images = _network(channels), _images(3, channels)
    chosen = choose({"name": "integrated-gradients", "baseline": baseline, "steps": 200})
    found = chosen.attribute(_explained(network), images, CLASSES, torch.arange(3))
    empty = {
        "black": torch.zeros_like(images),
        "white": torch.ones_like(images),
        "mean": images.mean((2, 3), keepdim=True).expand_as(images),
    }[baseline]
    with torch.no_grad():
        gained = (network(images.clone()) - network(empty.clone())).gather(1, CLASSES)
    torch.testing.assert_close(found.values.sum((2, 3, 4)), gained, rtol=0.02, atol=2e-4)
    assert found.error is not None
    torch.testing.assert_close(found.error, (found.values.sum((2, 3, 4)) - gained).abs() / gained.abs())


def test_few_steps_are_told_by_the_error_beside_the_map() -> None:
    explained, images = _explained(_network()), _images(3)
    errors = []
    for steps in (1, 100):
        chosen = choose({"name": "integrated-gradients", "steps": steps})
        error = chosen.attribute(explained, images, CLASSES, torch.arange(3)).error
        assert error is not None
        errors.append(float(error.max()))
    assert errors[0] > 20 * errors[1]


@pytest.mark.parametrize("channels", [1, 3, 4, 7])
def test_a_linear_model_has_its_weights_for_gradients_and_weight_times_way_for_shares(channels: int) -> None:
    torch.manual_seed(0)
    network = nn.Sequential(nn.Flatten(), nn.Linear(channels * HEIGHT * WIDTH, 3)).double()
    images = _images(3, channels)
    weights = network[1].weight.detach().reshape(3, channels, HEIGHT, WIDTH)[CLASSES]
    explained, positions = _explained(network), torch.arange(3)
    for name in ("saliency", "smooth-grad"):
        torch.testing.assert_close(choose(name).attribute(explained, images, CLASSES, positions).values, weights)
    shares = choose("integrated-gradients").attribute(explained, images, CLASSES, positions)
    torch.testing.assert_close(shares.values, weights * images[:, None])
    assert shares.error is not None
    assert float(shares.error.max()) < 1e-12


def test_smooth_grad_is_the_mean_gradient_of_a_quadratic_score_under_noise() -> None:
    class Quadratic(nn.Module):
        def forward(self, inputs: Tensor) -> Tensor:
            return (inputs**3).flatten(1).sum(1, keepdim=True)

    images = _images(1, 1)
    settings = {"name": "smooth-grad", "noise": 0.2, "samples": 800}
    found = choose(settings).attribute(
        _explained(Quadratic()), images, torch.zeros(1, 1, dtype=torch.int64), torch.arange(1)
    )
    width = 0.2 * (images.max() - images.min())
    torch.testing.assert_close(found.values[0, 0], 3 * (images[0] ** 2 + width**2), rtol=0.15, atol=0.01)


def test_guided_backprop_follows_its_rule_through_two_layers() -> None:
    network, images = _network(), _images(3)
    convolutions = [network[1], network[3]]
    found = choose("guided-backprop").attribute(_explained(network), images, CLASSES, torch.arange(3)).values
    with torch.no_grad():
        first = convolutions[0](images)
        second = convolutions[1](first.clamp_min(0))
    head = network[4].scores.weight.detach()
    for image in range(3):
        for k in range(2):
            active = second[image].clamp_min(0)
            back = (head[CLASSES[image, k]].reshape(4, HEIGHT, WIDTH) * 2 * active)[None]
            back = back.clamp_min(0) * (second[image] > 0)
            back = F.conv_transpose2d(back, convolutions[1].weight, padding=1).clamp_min(0) * (first[image] > 0)
            back = F.conv_transpose2d(back, convolutions[0].weight, padding=1).clamp_min(0)
            torch.testing.assert_close(found[image, k], back[0])


def test_guided_backprop_of_a_network_without_relus_is_refused() -> None:
    network = nn.Sequential(nn.Flatten(), nn.Linear(3 * HEIGHT * WIDTH, 3), nn.Tanh()).double()
    with pytest.raises(RequestError, match="ReLU"):
        choose("guided-backprop").attribute(_explained(network), _images(3), CLASSES, torch.arange(3))


@pytest.mark.parametrize("name", methods())
def test_a_batch_gives_what_single_images_and_classes_give(name: str) -> None:
    explained, images = _explained(_network()), _images(3)
    whole = choose(name).attribute(explained, images, CLASSES, torch.arange(3)).values
    for image in range(3):
        rows = slice(image, image + 1)
        single = choose(name).attribute(explained, images[rows], CLASSES[rows, :1], torch.tensor([image])).values
        torch.testing.assert_close(single[0, 0], whole[image, 0])


@pytest.mark.parametrize("name", methods())
def test_network_inputs_and_modes_are_left_as_found(name: str) -> None:
    network, images = _network().train(), _images(3)
    network[1].weight.requires_grad_(False)
    before, kept = images.clone(), {n: p.clone() for n, p in network.state_dict().items()}
    with torch.inference_mode():
        choose(name).attribute(_explained(network), images, CLASSES, torch.arange(3))
    assert torch.equal(images, before)
    assert all(module.training for module in network.modules())
    assert all(parameter.grad is None for parameter in network.parameters())
    assert [p.requires_grad for p in network.parameters()].count(False) == 1
    assert all(torch.equal(kept[n], p) for n, p in network.state_dict().items())
    torch.testing.assert_close(F.relu(torch.tensor([-1.0, 2.0])), torch.tensor([0.0, 2.0]))


def test_gradients_fit_in_memory_by_chunks_of_classes() -> None:
    explained, images = _explained(_network()), _images(3)
    torch.testing.assert_close(explained.gradients(images, CLASSES, memory=1), explained.gradients(images, CLASSES))


def test_unknown_methods_and_settings_are_refused_with_what_there_is() -> None:
    with pytest.raises(RecipeError, match="smooth-grad"):
        choose("smoothgrad")
    with pytest.raises(RecipeError, match="samples"):
        choose({"name": "smooth-grad", "sample": 3})
    with pytest.raises(RecipeError, match="needs a name"):
        choose({"steps": 3})
