"""Images resized on their way into a network that was made for another size."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn
from torch.nn.functional import interpolate


class Enlarge:
    """Resizes ``[n, c, h, w]`` to ``side`` × ``side``, bilinearly and smoothed where it shrinks.

    A step before the network rather than a layer of it, so that the network's weights keep their names.
    """

    def __init__(self, side: int) -> None:
        self.side = side

    def __call__(self, _network: nn.Module, given: tuple[Any, ...]) -> tuple[Any, ...]:
        """The network's arguments, with the first one resized."""
        images: Tensor = given[0]
        if tuple(images.shape[2:]) == (self.side, self.side):
            return given
        return (interpolate(images, (self.side, self.side), mode="bilinear", antialias=True), *given[1:])


def enlarged(network: nn.Module, side: int | None) -> nn.Module:
    """``network``, which sees images of ``side`` × ``side`` pixels whatever it is given; ``None`` changes nothing."""
    if side is not None:
        network.register_forward_pre_hook(Enlarge(side))
    return network
