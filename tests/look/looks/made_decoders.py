"""Families whose codes are known: pixels themselves, Gaussians around some of them, or nothing but a prior."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from trasluz.rng import StepRng


class Mirror:
    """An autoencoder whose code is the image itself."""

    capabilities = frozenset({"encode", "decode", "reconstruct"})
    classes = 0

    def __init__(self, shape: tuple[int, ...] = (1, 6, 6)) -> None:
        self.shape = shape

    def encode(self, networks: nn.ModuleDict, inputs: Tensor) -> Tensor:
        return inputs.flatten(1)

    def decode(self, networks: nn.ModuleDict, codes: Tensor) -> Tensor:
        return codes.reshape(len(codes), *self.shape)


class Gaussian(Mirror):
    """Codes of 3 numbers: twice and once the first two pixels, and one that is always 0; standard deviations ½, ¼, 1.

    The decoder paints the image in the first number, cut to [0, 1]; the second is listened to by the last pixel.
    """

    capabilities = frozenset({"encode", "posterior", "prior", "decode", "reconstruct", "generate"})
    deviations = (0.5, 0.25, 1.0)

    def encode(self, networks: nn.ModuleDict, inputs: Tensor) -> Tensor:
        return self.posterior(networks, inputs)[0]

    def posterior(self, networks: nn.ModuleDict, inputs: Tensor) -> tuple[Tensor, Tensor]:
        flat = inputs.flatten(1)
        mean = torch.stack([2 * flat[:, 0], flat[:, 1], torch.zeros(len(flat))], 1)
        return mean, torch.tensor(self.deviations).log().mul(2).expand_as(mean)

    def prior(self, networks: nn.ModuleDict, count: int, rng: StepRng) -> Tensor:
        return rng.normal("prior", 3)[:count]

    def decode(self, networks: nn.ModuleDict, codes: Tensor) -> Tensor:
        images = codes[:, :1].repeat(1, math.prod(self.shape))
        images[:, -1] = codes[:, 1]
        return images.reshape(len(codes), *self.shape)

    def generate(self, networks: nn.ModuleDict, count: int, rng: StepRng, labels: Tensor | None = None) -> Tensor:
        return self.decode(networks, self.prior(networks, count, rng))


class Dreamer(Gaussian):
    """Makes images of draws from its prior, and encodes none."""

    capabilities = frozenset({"prior", "decode", "generate"})


class TellingApart(Dreamer):
    """As that, but told of two classes, the second of which is always white."""

    classes = 2

    def decode(self, networks: nn.ModuleDict, codes: Tensor, labels: Tensor | None = None) -> Tensor:
        assert labels is not None
        return torch.where((labels == 1)[:, None, None, None], 1.0, super().decode(networks, codes).clamp(0, 0.5))
