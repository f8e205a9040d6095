"""Small parts that most networks share, and their settings: activation, batch normalisation, pointwise dense."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

import torch
from pydantic import Field
from torch import Tensor, nn

from trasluz.recipe.base import Section

Channels = Annotated[int, Field(ge=1, le=65536)]
Rate = Annotated[float, Field(ge=0, lt=1)]
Factor = Annotated[float, Field(ge=0)]
Kernel = Annotated[int, Field(ge=1, le=31)]
Side = Annotated[int, Field(ge=1, le=4096)]
Activation = Literal["relu", "leaky-relu", "elu", "selu", "silu", "gelu", "tanh", "sigmoid", "none"]
Pool = Literal["max", "average"]
GlobalKind = Literal["max", "average", "both"]

_ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "relu": nn.ReLU,
    "leaky-relu": lambda: nn.LeakyReLU(0.1),
    "elu": nn.ELU,
    "selu": nn.SELU,
    "silu": nn.SiLU,
    "gelu": nn.GELU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "none": nn.Identity,
}


class NormSection(Section):
    """Batch normalisation. ``momentum`` is the weight of the newest batch: Keras' 0.99 is 0.01 here.

    The defaults are PyTorch's; Keras' own are ``momentum: 0.01, eps: 0.001``.
    """

    momentum: Annotated[float, Field(gt=0, le=1)] = 0.1
    eps: Annotated[float, Field(gt=0)] = 1e-5


def activation(name: Activation) -> nn.Module:
    """The activation of that name (leaky ReLU with slope 0.1)."""
    return _ACTIVATIONS[name]()


def batch_norm(channels: int, norm: NormSection | None) -> nn.Module:
    """Batch normalisation over images, or nothing when ``norm`` is ``None``."""
    return nn.Identity() if norm is None else nn.BatchNorm2d(channels, eps=norm.eps, momentum=norm.momentum)


def pool(kind: Pool, size: int) -> nn.Module:
    """Pooling over ``size`` × ``size`` pixels; what does not fill a window at the right or bottom is left out."""
    return nn.MaxPool2d(size) if kind == "max" else nn.AvgPool2d(size)


class GlobalPool(nn.Module):
    """One number per map: ``[n, c, h, w]`` → ``[n, c]``, or ``[n, 2c]`` (maxima, then means) for ``both``."""

    def __init__(self, kind: GlobalKind) -> None:
        super().__init__()
        self.kind = kind

    def forward(self, maps: Tensor) -> Tensor:
        """The maximum, the mean, or both, over height and width."""
        if self.kind == "max":
            return maps.amax((2, 3))
        if self.kind == "average":
            return maps.mean((2, 3))
        return torch.cat([maps.amax((2, 3)), maps.mean((2, 3))], 1)

    def extra_repr(self) -> str:
        """The kind, for printing."""
        return self.kind


class Unflatten(nn.Module):
    """``[n, c·h·w]`` → ``[n, c, h, w]``, laid out channels last without a copy."""

    def __init__(self, channels: int, height: int, width: int) -> None:
        super().__init__()
        self.channels, self.height, self.width = channels, height, width

    def forward(self, values: Tensor) -> Tensor:
        """The maps; consecutive values are the channels of one place."""
        return values.view(-1, self.height, self.width, self.channels).permute(0, 3, 1, 2)


class Flatten(nn.Module):
    """``[n, c, h, w]`` → ``[n, h·w·c]``, as Keras flattens (channels fastest): no copy for channels-last maps."""

    def forward(self, maps: Tensor) -> Tensor:
        """The values of all maps in one row per image."""
        return maps.permute(0, 2, 3, 1).flatten(1)
