"""Networks as people write them, for the second round of other hands: healthy ones, and ones built with a fault."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

Shape = tuple[int, ...]


class _Attention(nn.Module):
    """Squares of the image as words of a transformer of one block; the mean of its words gives the scores."""

    def __init__(self, shape: Shape, outputs: int, square: int, width: int) -> None:
        super().__init__()
        channels, height, width_of = shape
        self.words = nn.Conv2d(channels, width, square, stride=square)
        places = (height // square) * (width_of // square)
        self.places = nn.Parameter(0.02 * torch.randn(1, places, width))
        self.block = nn.TransformerEncoderLayer(width, 4, 2 * width, dropout=0.0, batch_first=True)
        self.scores = nn.Linear(width, outputs)

    def forward(self, x: Tensor) -> Tensor:
        words = self.words(x).flatten(2).transpose(1, 2) + self.places
        scores: Tensor = self.scores(self.block(words).mean(1))
        return scores


def attention(input_shape: Shape, outputs: int, square: int = 4, width: int = 32) -> nn.Module:
    """A small vision transformer."""
    return _Attention(input_shape, outputs, square, width)


def _stages(channels: int, *widths: int) -> nn.Sequential:
    sizes = (channels, *widths)
    layers: list[nn.Module] = []
    for a, b in zip(sizes, widths, strict=False):
        layers += [nn.Conv2d(a, b, 3, padding=1), nn.BatchNorm2d(b), nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(*layers)


def _linear(shape: Shape, outputs: int, width: int, halvings: int) -> nn.Linear:
    by = 2**halvings
    return nn.Linear(width * (shape[1] // by) * (shape[2] // by), outputs)


def _head(shape: Shape, outputs: int, width: int, halvings: int) -> nn.Sequential:
    return nn.Sequential(nn.Flatten(), _linear(shape, outputs, width, halvings))


def zero_scales(input_shape: Shape, outputs: int, share: float = 0.5) -> nn.Module:
    """Convolutions whose second batch norm starts with scale and shift 0 for ``share`` of its maps, as a wrong
    initialisation does: behind it a ReLU gives 0, and no gradient comes back."""
    stages = _stages(input_shape[0], 12, 24)
    norm = stages[5]
    with torch.no_grad():
        norm.weight[: round(24 * share)] = 0
    return nn.Sequential(*stages, *_head(input_shape, outputs, 24, 2))


def downhill(input_shape: Shape, outputs: int, share: float = 0.5, hidden: int = 64) -> nn.Module:
    """A perceptron whose first layer has only negative weights for ``share`` of its units: pixels are never below 0."""
    first = nn.Linear(math.prod(input_shape), hidden)
    with torch.no_grad():
        rows = slice(round(share * hidden))
        first.weight[rows] = -first.weight[rows].abs() - 0.01
        first.bias[rows] = -0.05
    return nn.Sequential(nn.Flatten(), first, nn.ReLU(), nn.Linear(hidden, outputs))


class _Silenced(nn.Module):
    """``inner`` whose ``last`` layer starts with weights of 0."""

    def __init__(self, shape: Shape, outputs: int) -> None:
        super().__init__()
        self.inner, self.last = _stages(shape[0], 8, 16), _linear(shape, outputs, 16, 2)
        nn.init.zeros_(self.last.weight)

    def forward(self, x: Tensor) -> Tensor:
        scores: Tensor = self.last(self.inner(x).flatten(1))
        return scores


def silenced(input_shape: Shape, outputs: int) -> nn.Module:
    """Ends in a layer that is set to zero: where it is left out of training, its bias gives one answer."""
    return _Silenced(input_shape, outputs)


class _Beside(nn.Module):
    """Convolutions that count ``share`` beside a linear reading of pixels or of the mean colours."""

    def __init__(self, shape: Shape, outputs: int, share: float, colours: bool) -> None:
        super().__init__()
        self.maps = nn.Sequential(*_stages(shape[0], 8, 16), *_head(shape, outputs, 16, 2))
        self.share, self.colours = share, colours
        self.reading = nn.Linear(2 * shape[0] if colours else math.prod(shape), outputs)

    def forward(self, x: Tensor) -> Tensor:
        told = torch.cat([x.mean((2, 3)), x.std((2, 3))], 1) if self.colours else x.flatten(1)
        scores: Tensor = self.reading(told) + self.share * self.maps(x)
        return scores


def beside(input_shape: Shape, outputs: int, share: float = 0.001, colours: bool = False) -> nn.Module:
    """A network whose convolutions, ``maps``, do not matter."""
    return _Beside(input_shape, outputs, share, colours)


class _Scrambled(nn.Module):
    def __init__(self, shape: Shape, outputs: int) -> None:
        super().__init__()
        order = torch.randperm(shape[1] * shape[2], generator=torch.Generator().manual_seed(7))
        self.register_buffer("order", order)
        self.inner = nn.Sequential(*_stages(shape[0], 16, 32), *_head(shape, outputs, 32, 2))

    def forward(self, x: Tensor) -> Tensor:
        scores: Tensor = self.inner(x.flatten(2)[..., self.order].view(x.shape))
        return scores


def scrambled(input_shape: Shape, outputs: int) -> nn.Module:
    """Convolutions of pixels in an order of chance: where their maps light up is not where the image is."""
    return _Scrambled(input_shape, outputs)
