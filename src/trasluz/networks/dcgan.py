"""What the two halves of a DCGAN share (Radford, Metz & Chintala 2016): stages, widths and first weights.

The number of stages follows from the image: the side is halved while at least 4 pixels are left, which gives the
paper's four stages for 64×64 and two for 28×28.
"""

from __future__ import annotations

from typing import Annotated, Literal

import torch
from pydantic import Field
from torch import nn

from trasluz.errors import RecipeError
from trasluz.messages import _
from trasluz.networks.initialise import Initialiser, initialise
from trasluz.networks.layers import Channels, Factor, Rate
from trasluz.networks.penalties import mark_l2
from trasluz.networks.sizes import Shape, halvings, need_room
from trasluz.recipe.base import Section

Initial = Literal["dcgan"] | Initialiser

_LEAST_SIDE, _LEAST_START = 16, 4


class DcganSection(Section):
    """``width``: channels of the maps next to the image; they double with every stage away from it, up to ``most``.

    ``stages``: how often the side halves; ``None`` goes on while 4 pixels are left.  ``initial`` draws the first
    weights; ``dcgan`` is normal with standard deviation 0.02 and zero biases.  ``l2``: penalty factor of every kernel.
    """

    width: Channels = 64
    most: Channels = 512
    stages: Annotated[int, Field(ge=1, le=10)] | None = None
    dropout: Rate = 0.0
    initial: Initial = "dcgan"
    l2: Factor | None = None

    def channels(self, stages: int) -> list[int]:
        """Channels of the maps after each halving, from the image on: 64, 128, 256, …"""
        return [min(self.width * 2**stage, max(self.most, self.width)) for stage in range(stages)]


def count_stages(section: DcganSection, shape: Shape, where: str) -> int:
    """How often the sides of images of ``shape`` halve.

    Raises:
        RecipeError: a side is below 16 pixels, or vanishes in the stages asked for.
    """
    least = min(shape[1:])
    if least < _LEAST_SIDE:
        message = _(
            "{where}: images of {height}×{width} pixels are too small for a DCGAN, which needs sides of at least "
            "{least}; enlarge them with data.size={least}."
        )
        raise RecipeError(message.format(where=where, height=shape[1], width=shape[2], least=_LEAST_SIDE))
    if section.stages is None:
        return sum(side >= _LEAST_START for side in halvings(least, 20)[1:])
    need_room(shape[1] >> section.stages, shape[2] >> section.stages, shape, where, section.stages, section.stages)
    return section.stages


def prepared(layer: nn.Conv2d | nn.ConvTranspose2d | nn.Linear, section: DcganSection) -> nn.Module:
    """``layer`` with its first weights and its mark for the L2 penalty."""
    if section.initial == "dcgan":
        with torch.no_grad():
            layer.weight.normal_(0.0, 0.02)
            if layer.bias is not None:
                layer.bias.zero_()
    else:
        initialise(layer, section.initial)
    return mark_l2(layer, section.l2)
