"""DCGAN's discriminator (Radford, Metz & Chintala 2016) for images of any size from 16×16 on.

Convolutions of stride 2, leaky ReLU with slope 0.2, and one linear layer on all maps.  A conditional one adds the
inner product of its features with a vector of the image's class (Miyato & Koyama 2018, "cGANs with projection
discriminator", eq. 3).
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator
from torch import Tensor, nn
from torch.nn.utils import parametrizations

from trasluz.messages import _
from trasluz.networks.dcgan import DcganSection, count_stages, prepared
from trasluz.networks.dropout import Dropout
from trasluz.networks.layers import Flatten, NormSection, batch_norm
from trasluz.networks.sizes import Shape, conv_out

WHERE = "model.discriminator"
_SLOPE = 0.2


class Config(DcganSection):
    """``spectral_norm`` divides every kernel by its largest singular value (Miyato et al. 2018); ``norm`` is batch
    normalisation, from the second stage on as in DCGAN."""

    kernel: Annotated[int, Field(ge=3, le=7)] = 4
    norm: NormSection | None = None
    spectral_norm: bool = False

    @model_validator(mode="after")
    def _penalty_without_effect(self) -> Config:
        if self.spectral_norm and self.l2:
            raise ValueError(
                _("spectral_norm fixes the size of every kernel, so l2 would do nothing; choose one of them")
            )
        return self


class Discriminator(nn.Module):
    """Images ``[n, c, h, w]`` in [−1, 1], and class shares ``[n, classes]`` where conditional, to scores ``[n, 1]``."""

    def __init__(self, body: nn.Module, head: nn.Module, embedding: nn.Module | None) -> None:
        super().__init__()
        self.body, self.head, self.embedding = body, head, embedding

    def forward(self, images: Tensor, classes: Tensor | None = None) -> Tensor:
        """The scores, high for real; without ``classes`` a conditional one judges by the image alone."""
        features = self.body(images)
        scores: Tensor = self.head(features)
        if self.embedding is None or classes is None:
            return scores
        judged: Tensor = scores + (self.embedding(classes) * features).sum(1, keepdim=True)
        return judged


def build(config: Config, shape: Shape, classes: int) -> nn.Module:
    """The discriminator for images of ``shape``; conditional where there are ``classes``.

    Raises:
        RecipeError: images below 16×16 pixels, or too many stages for them.
    """
    stages = count_stages(config, shape, WHERE)
    channels, height, width = shape
    padding = (config.kernel - 1) // 2
    body = nn.Sequential()
    for stage, out in enumerate(config.channels(stages), 1):
        normed = config.norm is not None and stage > 1
        conv = nn.Conv2d(channels, out, config.kernel, 2, padding, bias=not normed)
        body.add_module(f"conv{stage}", _ready(conv, config))
        if normed:
            body.add_module(f"norm{stage}", batch_norm(out, config.norm))
        body.add_module(f"activation{stage}", nn.LeakyReLU(_SLOPE))
        if config.dropout:
            body.add_module(f"dropout{stage}", Dropout(config.dropout))
        channels = out
        height, width = (conv_out(side, config.kernel, 2, padding) for side in (height, width))
    body.add_module("flatten", Flatten())
    features = channels * height * width
    embedding = _ready(nn.Linear(classes, features, bias=False), config) if classes else None
    return Discriminator(body, _ready(nn.Linear(features, 1), config), embedding)


def _ready(layer: nn.Conv2d | nn.Linear, config: Config) -> nn.Module:
    ready = prepared(layer, config)
    return parametrizations.spectral_norm(ready) if config.spectral_norm else ready
