"""DCGAN's generator (Radford, Metz & Chintala 2016) for images of any size from 16×16 on.

A linear layer makes small maps, and every stage doubles their side: sides mirror the image's, halved and rounded
down, so that odd ones come out right too.
"""

from __future__ import annotations

from typing import Annotated, Literal

import torch
from pydantic import Field, model_validator
from torch import Tensor, nn

from trasluz.messages import _
from trasluz.networks.dcgan import DcganSection, count_stages, prepared
from trasluz.networks.doubling import doubling
from trasluz.networks.dropout import Dropout
from trasluz.networks.layers import Activation, Channels, NormSection, Unflatten, activation, batch_norm
from trasluz.networks.sizes import Shape, halvings

WHERE = "model.generator"


class Config(DcganSection):
    """``up``: ``transposed`` convolutions, or nearest-neighbour ``resize`` before plain ones, which cannot overlap
    unevenly and so makes no checkerboards (Odena, Dumoulin & Olah 2016); these need an odd ``kernel``.

    ``kernel``: 4 for transposed and 3 for plain ones unless given.  ``embedding``: numbers per class beside the
    latents of a conditional generator.
    """

    up: Literal["transposed", "resize"] = "transposed"
    kernel: Annotated[int, Field(ge=2, le=7)] | None = None
    activation: Activation = "relu"
    norm: NormSection | None = NormSection()
    embedding: Channels = 16

    @model_validator(mode="after")
    def _odd_kernel(self) -> Config:
        if self.up == "resize" and self.kernel is not None and self.kernel % 2 == 0:
            raise ValueError(_("up: resize needs an odd kernel"))
        return self


class Generator(nn.Module):
    """Latents ``[n, k]``, and class shares ``[n, classes]`` where conditional, to raw images ``[n, c, h, w]``."""

    def __init__(self, body: nn.Module, classes: int, embedding: int) -> None:
        super().__init__()
        self.embedding = nn.Linear(classes, embedding, bias=False) if classes else None
        if self.embedding is not None:
            nn.init.normal_(self.embedding.weight)  # on the latents' own scale
        self.body = body

    def forward(self, latents: Tensor, classes: Tensor | None = None) -> Tensor:
        """The raw images; without ``classes`` a conditional generator is told of no class."""
        if self.embedding is not None:
            if classes is None:
                classes = latents.new_zeros(len(latents), self.embedding.in_features)
            latents = torch.cat([latents, self.embedding(classes).to(latents.dtype)], 1)
        images: Tensor = self.body(latents)
        return images


def build(config: Config, latent: int, shape: Shape, classes: int) -> nn.Module:
    """The generator from ``latent`` numbers to images of ``shape``; conditional where there are ``classes``.

    Raises:
        RecipeError: images below 16×16 pixels, or too many stages for them.
    """
    stages = count_stages(config, shape, WHERE)
    heights, widths = halvings(shape[1], stages), halvings(shape[2], stages)
    channels = [shape[0], *config.channels(stages)]
    body = nn.Sequential()
    start, area = channels[stages], heights[stages] * widths[stages]
    inputs = latent + (config.embedding if classes else 0)
    body.add_module("dense", prepared(nn.Linear(inputs, start * area, bias=config.norm is None), config))
    body.add_module("unflatten", Unflatten(start, heights[stages], widths[stages]))
    _finish(body, config, 0, start)
    for stage in range(1, stages + 1):
        level = stages - stage
        sides = (heights[level + 1], widths[level + 1]), (heights[level], widths[level])
        _grow(body, config, stage, (channels[level + 1], channels[level]), sides, last=level == 0)
        if level:
            _finish(body, config, stage, channels[level])
    return Generator(body, classes, config.embedding)


def _grow(
    body: nn.Sequential,
    config: Config,
    stage: int,
    channels: tuple[int, int],
    sides: tuple[tuple[int, int], tuple[int, int]],
    *,
    last: bool,
) -> None:
    bias = last or config.norm is None  # a norm takes a bias away again
    if config.up == "transposed":
        body.add_module(f"deconv{stage}", prepared(doubling(*channels, config.kernel or 4, *sides, bias), config))
        return
    body.add_module(f"resize{stage}", nn.Upsample(size=sides[1], mode="nearest"))
    body.add_module(
        f"conv{stage}", prepared(nn.Conv2d(*channels, config.kernel or 3, padding="same", bias=bias), config)
    )


def _finish(body: nn.Sequential, config: Config, stage: int, channels: int) -> None:
    if config.norm is not None:
        body.add_module(f"norm{stage}", batch_norm(channels, config.norm))
    body.add_module(f"activation{stage}", activation(config.activation))
    if config.dropout:
        body.add_module(f"dropout{stage}", Dropout(config.dropout))
