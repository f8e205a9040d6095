"""Networks as people write them, for a recipe's ``module:``."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Net(nn.Module):
    """A convolution, pooling and a linear layer; subclasses do one thing otherwise."""

    def __init__(self, shape: tuple[int, ...], outputs: int) -> None:
        super().__init__()
        channels, height, width = shape
        self.conv = nn.Conv2d(channels, 4, 3, padding=1)
        self.linear = nn.Linear(4 * (height // 2) * (width // 2), outputs)

    def maps(self, x: Tensor) -> Tensor:
        return F.max_pool2d(F.relu(self.conv(x)), 2)

    def forward(self, x: Tensor) -> Tensor:
        scores: Tensor = self.linear(self.maps(x).flatten(1))
        return scores


class View(Net):
    def forward(self, x: Tensor) -> Tensor:
        scores: Tensor = self.linear(self.maps(x).view(len(x), -1))
        return scores


class Frozen(Net):
    def forward(self, x: Tensor) -> Tensor:
        with torch.no_grad():
            maps = self.maps(x)
        scores: Tensor = self.linear(maps.flatten(1))
        return scores


class AllFrozen(Net):
    @torch.no_grad()
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x)


class Squeezed(Net):
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x).squeeze()


class MoreInTraining(Net):
    def forward(self, x: Tensor) -> object:
        scores = super().forward(x)
        return (scores, scores.detach()) if self.training else scores


class Failing(Net):
    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            raise KeyError("mask")
        return super().forward(x)


def view(shape: tuple[int, ...], outputs: int) -> nn.Module:
    return View(shape, outputs)


def plain(shape: tuple[int, ...], outputs: int) -> nn.Module:
    return Net(shape, outputs)


def frozen(shape: tuple[int, ...], outputs: int) -> nn.Module:
    return Frozen(shape, outputs)


def all_frozen(shape: tuple[int, ...], outputs: int) -> nn.Module:
    return AllFrozen(shape, outputs)


def squeezed(shape: tuple[int, ...], outputs: int) -> nn.Module:
    return Squeezed(shape, outputs)


def more_in_training(shape: tuple[int, ...], outputs: int) -> nn.Module:
    return MoreInTraining(shape, outputs)


def failing(shape: tuple[int, ...], outputs: int) -> nn.Module:
    return Failing(shape, outputs)


def without_weights(shape: tuple[int, ...], outputs: int) -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.AdaptiveAvgPool1d(outputs))


def norm_of_rows(shape: tuple[int, ...], outputs: int) -> nn.Module:
    return nn.Sequential(
        nn.Flatten(), nn.Linear(shape[1] * shape[2], 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, outputs)
    )
