"""A chain of stages of convolution, activation, dropout, batch normalisation and pooling, each halving the side.

The order within a stage is that of many Keras teaching examples, and matters: dropout comes before normalisation.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from torch import nn

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

    ``l2``: penalty factor of the convolutions' kernels; ``None`` leaves it to the family.
    """

    channels: Annotated[tuple[Channels, ...], Field(min_length=1)] = (16, 32, 64)
    kernel: Kernel = 3
    padding: Literal["same", "valid"] = "same"
    pool: Pool = "max"
    activation: Activation = "relu"
    dropout: Rate = 0.0
    norm: NormSection | None = NormSection()
    initial: Initialiser = "torch"
    l2: Factor | None = None


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
        pooled = whole if stage == len(section.channels) else None
        _add_stage(network, section, stage, channels, out, pooled)
        height, width = _side(height, section, pooled), _side(width, section, pooled)
        need_room(height, width, shape, where, stage, len(section.channels))
        channels = out
    if whole is None:
        return channels, height, width
    return channels * (2 if whole == "both" else 1), 1, 1


def _side(side: int, section: ChainSection, whole: GlobalKind | None) -> int:
    """What one stage leaves of a side before its maps are pooled whole, or after its windows."""
    kept = max(0, side if section.padding == "same" else conv_out(side, section.kernel))
    return kept // 2 if whole is None else kept


def _add_stage(
    network: nn.Sequential, section: ChainSection, stage: int, channels: int, out: int, whole: GlobalKind | None
) -> None:
    conv = nn.Conv2d(channels, out, section.kernel, padding=section.padding)
    initialise(conv, section.initial)
    network.add_module(f"conv{stage}", mark_l2(conv, section.l2))
    network.add_module(f"activation{stage}", activation(section.activation))
    if section.dropout:
        network.add_module(f"dropout{stage}", Dropout(section.dropout))
    if section.norm is not None:
        network.add_module(f"norm{stage}", batch_norm(out, section.norm))
    network.add_module(f"pool{stage}", pool(section.pool, 2) if whole is None else GlobalPool(whole))
