"""A chain of stages of convolution, activation, dropout, batch normalisation and pooling, which halves the side.

The order within a stage is that of many Keras teaching examples, and matters: dropout comes before normalisation.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator
from torch import nn

from trasluz.messages import _
from trasluz.networks.dropout import Dropout
from trasluz.networks.initialise import Initialiser, initialise
from trasluz.networks.layers import (
    Activation,
    Channels,
    Factor,
    GlobalKind,
    GlobalPool,
    Kernel,
    NormSection,
    Pool,
    Rate,
    activation,
    batch_norm,
    pool,
)
from trasluz.networks.penalties import mark_l2
from trasluz.networks.sizes import Shape, conv_out, need_room
from trasluz.recipe.base import Section


class ChainSection(Section):
    """One stage per entry of ``channels``; ``norm: null`` leaves batch normalisation out.

    ``pools``: the stages that end in a pool; ``None`` means all.  ``dropout_place``: before normalisation or after the
    pool.  ``l2``: penalty factor of the convolutions' kernels; ``None`` leaves it to the family.
    """

    channels: Annotated[tuple[Channels, ...], Field(min_length=1)] = (16, 32, 64)
    kernel: Kernel = 3
    padding: Literal["same", "valid"] = "same"
    pool: Pool = "max"
    pools: tuple[Annotated[int, Field(ge=1)], ...] | None = None
    activation: Activation = "relu"
    dropout: Rate = 0.0
    dropout_place: Literal["before-norm", "after-pool"] = "before-norm"
    norm: NormSection | None = NormSection()
    initial: Initialiser = "torch"
    l2: Factor | None = None

    @model_validator(mode="after")
    def _pools_have_stages(self) -> ChainSection:
        if self.pools and max(self.pools) > len(self.channels):
            message = _("pools names stage {stage}, but channels gives {count} stages")
            raise ValueError(message.format(stage=max(self.pools), count=len(self.channels)))
        return self


def pooled(section: ChainSection, stage: int) -> bool:
    """Whether stage 1, 2, … ends in a pool."""
    return section.pools is None or stage in section.pools


def add_chain(
    network: nn.Sequential, section: ChainSection, shape: Shape, where: str, whole: GlobalKind | None = None
) -> Shape:
    """Appends the stages to ``network`` and returns the shape of the last maps.

    ``whole``: how the last stage pools each of its maps to one number, instead of by windows; the last maps are
    then ``(channels, 1, 1)``, flattened to ``[n, channels]``, or twice as many for ``both``.

    Raises:
        RecipeError: images of ``shape`` are too small for this many stages; ``where`` is the recipe's field.
    """
    channels, height, width = shape
    for stage, out in enumerate(section.channels, 1):
        at_end = whole if stage == len(section.channels) else None
        _add_stage(network, section, stage, channels, out, at_end)
        height, width = _side(height, section, stage, at_end), _side(width, section, stage, at_end)
        need_room(height, width, shape, where, stage, len(section.channels))
        channels = out
    if whole is None:
        return channels, height, width
    return channels * (2 if whole == "both" else 1), 1, 1


def _side(side: int, section: ChainSection, stage: int, whole: GlobalKind | None) -> int:
    """What one stage leaves of a side before its maps are pooled whole, or after its windows."""
    kept = max(0, side if section.padding == "same" else conv_out(side, section.kernel))
    return kept // 2 if whole is None and pooled(section, stage) else kept


def _add_stage(
    network: nn.Sequential, section: ChainSection, stage: int, channels: int, out: int, whole: GlobalKind | None
) -> None:
    conv = nn.Conv2d(channels, out, section.kernel, padding=section.padding)
    initialise(conv, section.initial)
    network.add_module(f"conv{stage}", mark_l2(conv, section.l2))
    network.add_module(f"activation{stage}", activation(section.activation))
    if section.dropout and section.dropout_place == "before-norm":
        network.add_module(f"dropout{stage}", Dropout(section.dropout))
    if section.norm is not None:
        network.add_module(f"norm{stage}", batch_norm(out, section.norm))
    if whole is not None:
        network.add_module(f"pool{stage}", GlobalPool(whole))
    elif pooled(section, stage):
        network.add_module(f"pool{stage}", pool(section.pool, 2))
    if section.dropout and section.dropout_place == "after-pool":
        network.add_module(f"dropout{stage}", Dropout(section.dropout))
