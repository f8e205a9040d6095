"""Maps that lie plane by plane: what a network sees that cannot read them with their channels side by side.

Images lie with their channels side by side (channels last), because convolutions are faster so.  ``.view`` on the
result of a convolution then fails: it cannot read across planes that are not there.  Such a network gets its inputs,
in training, evaluation and looks alike, in PyTorch's plain layout, in which its convolutions go on.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from torch import Tensor, nn


class Plain:
    """Lays inputs ``[n, c, h, w]`` out plane by plane; a step before the network, so that weights keep their names."""

    def __call__(self, _network: nn.Module, given: tuple[Any, ...]) -> tuple[Any, ...]:
        """The network's arguments, images and maps among them with plain strides."""
        return tuple(_plain(one) if isinstance(one, Tensor) and one.ndim == 4 else one for one in given)


def _plain(images: Tensor) -> Tensor:
    # By way of one row of numbers: what has one channel or one pixel counts as contiguous with any strides, and
    # PyTorch tells the layout of a convolution's result from the strides.
    return images.contiguous().flatten().view(images.shape)


def lay_plain(networks: nn.ModuleDict) -> None:
    """Has each of ``networks`` see its inputs plane by plane, whatever they are given; once is enough."""
    for network in _called(networks):
        if not _is_plain(network):
            network.register_forward_pre_hook(Plain())


def are_plain(networks: nn.ModuleDict) -> bool:
    """Whether ``lay_plain`` was done to them."""
    return any(map(_is_plain, _called(networks)))


def _called(networks: nn.ModuleDict) -> Iterator[nn.Module]:
    """The networks that a family calls, those of a list one by one."""
    for network in networks.values():
        yield from network if isinstance(network, nn.ModuleList) else (network,)


def _is_plain(network: nn.Module) -> bool:
    return any(isinstance(hook, Plain) for hook in network._forward_pre_hooks.values())
