"""Networks as people write them, for the specimens of other hands: healthy ones, and ones built with a fault."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

Shape = tuple[int, ...]

_ENDINGS: dict[str, Callable[[Tensor], Tensor]] = {
    "scores": lambda scores: scores,
    "softmax": lambda scores: scores.softmax(1),
    "sharp-softmax": lambda scores: (3 * scores).softmax(1),
    "log-softmax": lambda scores: scores.log_softmax(1),
    "sigmoid": torch.sigmoid,
    "sign": torch.sign,
    "round": lambda scores: scores.clamp(-3, 3).round(),
    "argmax": lambda scores: nn.functional.one_hot(scores.argmax(1), scores.shape[1]).float(),
    "data": lambda scores: scores.data,
    "zero": lambda scores: 0 * scores,
    "sharp": lambda scores: 40 * scores,
    "bounded": torch.tanh,
    "masked": lambda scores: torch.cat([scores[:, 1:].amin(1, keepdim=True) - 1, scores[:, 1:]], 1),
}


class _Ended(nn.Module):
    """``inner`` and what is done to its scores; where that cuts them off, one number, the same for all, is added."""

    def __init__(self, inner: nn.Module, ending: str) -> None:
        super().__init__()
        self.inner, self.ending = inner, ending
        self.beside = nn.Parameter(torch.zeros(1)) if ending in ("argmax", "data") else None

    def forward(self, x: Tensor) -> Tensor:
        scores = _ENDINGS[self.ending](self.inner(x))
        return scores if self.beside is None else scores + self.beside


def _perceptron(shape: Shape, outputs: int, *hidden: int) -> nn.Sequential:
    sizes = (math.prod(shape), *hidden)
    layers = [part for a, b in zip(sizes, hidden, strict=False) for part in (nn.Linear(a, b), nn.ReLU())]
    return nn.Sequential(nn.Flatten(), *layers, nn.Linear(sizes[-1], outputs))


def _convolutions(shape: Shape, outputs: int, first: int = 8, second: int = 16) -> nn.Sequential:
    channels, height, width = shape
    return nn.Sequential(
        nn.Conv2d(channels, first, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(first, second, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(second * (height // 4) * (width // 4), outputs),
    )


def dense(input_shape: Shape, outputs: int, ending: str = "scores", hidden: int = 48) -> nn.Module:
    """A perceptron, and what is done to its scores."""
    return _Ended(_perceptron(input_shape, outputs, hidden), ending)


def linear(input_shape: Shape, outputs: int, ending: str = "scores") -> nn.Module:
    """A linear layer, and what is done to its scores."""
    return _Ended(_perceptron(input_shape, outputs), ending)


def conv(input_shape: Shape, outputs: int, ending: str = "scores") -> nn.Module:
    """Two convolutions with pools, and what is done to the scores."""
    return _Ended(_convolutions(input_shape, outputs), ending)


def group_norm(input_shape: Shape, outputs: int) -> nn.Module:
    """Depthwise and pointwise convolutions, group normalisation, GELU and a global mean."""
    channels = input_shape[0]
    return nn.Sequential(
        nn.Conv2d(channels, 24, 3, padding=1),
        nn.GroupNorm(4, 24),
        nn.GELU(),
        nn.Conv2d(24, 24, 3, padding=1, groups=24),
        nn.Conv2d(24, 32, 1),
        nn.GroupNorm(4, 32),
        nn.GELU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 32, 3, padding=1),
        nn.GELU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(32, outputs),
    )


class _Rows(nn.Module):
    def __init__(self, features: int, outputs: int) -> None:
        super().__init__()
        self.states, self.scores = nn.GRU(features, 32, batch_first=True, bidirectional=True), nn.Linear(64, outputs)

    def forward(self, x: Tensor) -> Tensor:
        states, _last = self.states(x.flatten(1, 2) if x.shape[1] == 1 else x.transpose(1, 2).flatten(2))
        scores: Tensor = self.scores(states.mean(1))
        return scores


def rows(input_shape: Shape, outputs: int) -> nn.Module:
    """A GRU that reads the image's rows from both ends."""
    return _Rows(input_shape[0] * input_shape[2], outputs)


def silent(input_shape: Shape, outputs: int, share: float = 0.5, hidden: int = 64) -> nn.Module:
    """A perceptron of which ``share`` of the hidden units got a bias of −40 and never speaks."""
    network = _perceptron(input_shape, outputs, hidden)
    with torch.no_grad():
        network[1].bias[: round(share * hidden)] = -40.0
    return network


def silent_maps(input_shape: Shape, outputs: int, share: float = 0.5) -> nn.Module:
    """The same of the maps of the second of two convolutions."""
    network = _convolutions(input_shape, outputs, 16, 32)
    with torch.no_grad():
        network[3].bias[: round(share * 32)] = -40.0
    return network


def rotations(input_shape: Shape, outputs: int, turns: int = 5) -> nn.Module:
    """A hidden layer, then layers without activation that start as turns of its numbers."""
    turned: list[nn.Module] = []
    for _turn in range(turns):
        layer = nn.Linear(48, 48, bias=False)
        nn.init.orthogonal_(layer.weight)
        turned.append(layer)
    first = _perceptron(input_shape, 48, 48)[:3]
    return nn.Sequential(*first, *turned, nn.Linear(48, outputs))


class _Bypass(nn.Module):
    """Convolutions that hardly count, beside a linear layer from the pixels that does the work."""

    def __init__(self, shape: Shape, outputs: int) -> None:
        super().__init__()
        self.maps, self.pixels = _convolutions(shape, outputs), _perceptron(shape, outputs)

    def forward(self, x: Tensor) -> Tensor:
        scores: Tensor = self.pixels(x) + 1e-3 * self.maps(x)
        return scores


def bypass(input_shape: Shape, outputs: int) -> nn.Module:
    """A network whose convolutions, ``maps``, can stay as drawn while ``pixels`` learns."""
    return _Bypass(input_shape, outputs)


class _Standardised(nn.Module):
    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, x: Tensor) -> Tensor:
        flat = x.flatten(1)
        scores: Tensor = self.inner((flat - flat.mean(1, keepdim=True)) / flat.std(1, keepdim=True))
        return scores


def standardised(input_shape: Shape, outputs: int) -> nn.Module:
    """Divides each image by its own deviation, without a thought for black ones."""
    return _Standardised(_perceptron(input_shape, outputs, 32))


class _Logarithm(nn.Module):
    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, x: Tensor) -> Tensor:
        return torch.log(torch.relu(self.inner(x)))


def logarithm(input_shape: Shape, outputs: int) -> nn.Module:
    """The logarithm of scores that a ReLU makes zero."""
    return _Logarithm(_perceptron(input_shape, outputs, 32))


def blocked(input_shape: Shape, outputs: int) -> nn.Module:
    """A ReLU before the last layer that lets nothing through: only that layer's bias is left to learn."""
    network = _perceptron(input_shape, outputs, 32)
    with torch.no_grad():
        network[1].bias.fill_(-100.0)
    return network
