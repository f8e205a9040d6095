"""Networks that have learned nothing: every weight is another, the original stays, normalisations fit the images."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from trasluz.look.checks.randomised import randomised
from trasluz.rng import Rng


class _Own(nn.Module):
    """Parameters that no layer of PyTorch draws."""

    def __init__(self) -> None:
        super().__init__()
        self.token = nn.Parameter(torch.linspace(0, 2, 64))
        self.scale = nn.Parameter(torch.ones(3))

    def forward(self, inputs: Tensor) -> Tensor:
        return inputs + self.token.mean()


def _networks() -> nn.ModuleDict:
    torch.manual_seed(0)
    layers = (nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(inplace=True), _Own())
    norm = spectral_norm(nn.Conv2d(8, 4, 1))
    networks = nn.ModuleDict({"net": nn.Sequential(*layers, norm, nn.Flatten(), nn.LazyLinear(5))})
    networks["net"](torch.rand(2, 3, 6, 6))
    for parameter in networks.parameters():
        parameter.data.mul_(3).add_(0.1)
    return networks.train()


def test_every_weight_is_drawn_anew_and_the_original_stays() -> None:
    networks = _networks()
    before = {name: value.clone() for name, value in networks.state_dict().items()}
    state = torch.get_rng_state()
    fresh = randomised(networks, Rng(0))
    assert torch.equal(torch.get_rng_state(), state)
    assert all(torch.equal(before[name], value) for name, value in networks.state_dict().items())
    assert all(module.training for module in networks.modules())
    assert not any(module.training for module in fresh.modules())
    known = dict(networks.named_parameters())
    same = {name for name, value in fresh.named_parameters() if torch.allclose(value, known[name])}
    assert same == {"net.3.scale"}, "what is the same everywhere has no order to draw"
    token = fresh["net"][3].token
    assert abs(float(token.detach().mean()) - 3.1) < 1
    assert torch.equal(dict(randomised(networks, Rng(0)).named_parameters())["net.0.weight"], fresh["net"][0].weight)
    assert not torch.equal(randomised(networks, Rng(1))["net"][0].weight, fresh["net"][0].weight)


def test_normalisations_take_the_statistics_of_the_images() -> None:
    images = 5 + torch.rand(16, 3, 6, 6)
    fresh = randomised(_networks(), Rng(0), lambda networks: networks["net"](images))
    with torch.no_grad():
        normal = fresh["net"][:2](images)
    torch.testing.assert_close(normal.mean((0, 2, 3)), torch.zeros(8), atol=1e-3, rtol=0)
    assert fresh["net"][1].momentum == 0.1
    assert not fresh["net"][1].training
