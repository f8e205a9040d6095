from __future__ import annotations

import copy

import pytest
import torch
from torch import Tensor, nn

from trasluz.networks.layout import are_plain, lay_plain


class Viewing(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, 4, 3)

    def forward(self, x: Tensor) -> Tensor:
        maps: Tensor = self.conv(x)
        return maps.view(len(maps), -1)


@pytest.mark.parametrize("channels", [1, 3])
def test_view_after_a_convolution_reads_images_in_every_layout(channels: int) -> None:
    networks = nn.ModuleDict({"classifier": Viewing(channels)})
    planes = torch.rand(2, channels, 6, 5)
    known = networks["classifier"](planes)
    strides = (6 * 5 * channels, 1, 5 * channels, channels)  # also for one channel, where every layout is contiguous
    beside = torch.empty_strided(planes.shape, strides).copy_(planes)
    with pytest.raises(RuntimeError, match="view size"):
        networks["classifier"](beside)
    names = list(networks.state_dict())
    lay_plain(networks)
    lay_plain(networks)
    assert torch.equal(networks["classifier"](beside), known)
    assert torch.equal(copy.deepcopy(networks)["classifier"](beside), known)
    assert list(networks.state_dict()) == names
    assert len(networks["classifier"]._forward_pre_hooks) == 1


def test_networks_in_a_list_are_laid_out_one_by_one_and_gradients_pass() -> None:
    networks = nn.ModuleDict({"decoders": nn.ModuleList([Viewing(3), Viewing(3)])})
    assert not are_plain(networks)
    lay_plain(networks)
    assert are_plain(networks)
    x = torch.rand(2, 3, 5, 5).contiguous(memory_format=torch.channels_last).requires_grad_()
    networks["decoders"][1](x).sum().backward()
    assert x.grad is not None
    assert bool(x.grad.any())
