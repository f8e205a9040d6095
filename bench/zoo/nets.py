"""Networks as people write them, for specimens that train a network of the user's own."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Net(nn.Module):
    """Two convolutions with functional ReLU and pooling, ``.view``, and a linear layer; ``finish``: after it."""

    def __init__(self, shape: tuple[int, int, int], outputs: int, *, softmax: bool = False) -> None:
        super().__init__()
        channels, height, width = shape
        self.conv1, self.conv2 = nn.Conv2d(channels, 8, 3, padding=1), nn.Conv2d(8, 16, 3, padding=1)
        self.linear = nn.Linear(16 * (height // 4) * (width // 4), outputs)
        self.softmax = softmax

    def forward(self, x: Tensor) -> Tensor:
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        scores = self.linear(x.contiguous().view(len(x), -1))
        return scores.softmax(1) if self.softmax else scores


class Frozen(nn.Module):
    """Features under ``no_grad``: they stay as they were drawn, and only the last layer learns."""

    def __init__(self, shape: tuple[int, int, int], outputs: int) -> None:
        super().__init__()
        channels, height, width = shape
        self.conv, self.linear = nn.Conv2d(channels, 16, 3, padding=1), nn.Linear(16 * height * width, outputs)

    def forward(self, x: Tensor) -> Tensor:
        with torch.no_grad():
            maps = F.relu(self.conv(x))
        scores: Tensor = self.linear(maps.flatten(1))
        return scores


def view(input_shape: tuple[int, int, int], outputs: int) -> nn.Module:
    """Convolutions and ``.view``, as most tutorials have it."""
    return Net(input_shape, outputs)


def softmax(input_shape: tuple[int, int, int], outputs: int) -> nn.Module:
    """Ends in a softmax, before the cross-entropy that has one of its own."""
    return Net(input_shape, outputs, softmax=True)


def frozen(input_shape: tuple[int, int, int], outputs: int) -> nn.Module:
    """Random features and a linear layer."""
    return Frozen(input_shape, outputs)


def layer_norm(input_shape: tuple[int, int, int], outputs: int) -> nn.Module:
    """A perceptron with layer normalisation, as a plain ``nn.Sequential``."""
    channels, height, width = input_shape
    return nn.Sequential(
        nn.Flatten(), nn.Linear(channels * height * width, 64), nn.LayerNorm(64), nn.ReLU(), nn.Linear(64, outputs)
    )


def all_frozen(input_shape: tuple[int, int, int], outputs: int) -> nn.Module:
    """A network whose scores depend on a number that the loss cannot reach: everything runs under ``detach``."""
    return _Detached(Net(input_shape, outputs))


class _Detached(nn.Module):
    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner, self.bias = inner, nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        scores: Tensor = self.inner(x).detach() + self.bias  # the same for all classes: softmax takes it away again
        return scores


class _Sharp(nn.Module):
    def __init__(self, inner: nn.Module, times: float) -> None:
        super().__init__()
        self.inner, self.times = inner, times

    def forward(self, x: Tensor) -> Tensor:
        scores: Tensor = self.times * self.inner(x)
        return scores


def sharp(input_shape: tuple[int, int, int], outputs: int) -> nn.Module:
    """A linear network that is surer than it can know: its scores count thirty times."""
    channels, height, width = input_shape
    return _Sharp(nn.Sequential(nn.Flatten(), nn.Linear(channels * height * width, outputs)), 30.0)
