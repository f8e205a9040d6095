"""Dense stages: linear layer, activation, dropout. Dense encoders and decoders are chains of them.

A stage is a child of its chain, so that stage k of an encoder and the stage of the decoder that undoes it can be
trained as an autoencoder of their own.
"""

from __future__ import annotations

from collections import OrderedDict
from itertools import pairwise

from torch import nn

from trasluz.networks.dropout import Dropout
from trasluz.networks.initialise import Initialiser, initialise
from trasluz.networks.layers import Activation, Channels, Factor, Flatten, Rate, Unflatten, activation
from trasluz.networks.penalties import mark_l2
from trasluz.recipe.base import Section


class DenseSection(Section):
    """``hidden``: sizes of the hidden layers, in order of computation; none makes one linear map.

    ``dropout`` follows the activation of each hidden layer.  ``initial`` draws every kernel; ``l2`` is the penalty
    factor of every kernel, and ``None`` leaves it to the family.
    """

    hidden: tuple[Channels, ...] = (100,)
    activation: Activation = "relu"
    dropout: Rate = 0.0
    initial: Initialiser = "torch"
    l2: Factor | None = None


class Stages(nn.Sequential):
    """A chain of stages that can also be trained one at a time."""


def dense_stages(section: DenseSection, sizes: tuple[int, ...], last: Activation) -> Stages:
    """Stages ``layer1`` … from ``sizes[0]`` to ``sizes[-1]`` numbers; ``last`` is the last stage's activation."""
    stages = Stages()
    count = len(sizes) - 1
    for number, (inputs, outputs) in enumerate(pairwise(sizes), 1):
        hidden = number < count
        stage = _stage(section, inputs, outputs, section.activation if hidden else last)
        if hidden and section.dropout:
            stage.add_module("dropout", Dropout(section.dropout))
        stages.add_module(f"layer{number}", stage)
    return stages


def _stage(section: DenseSection, inputs: int, outputs: int, last: Activation) -> nn.Sequential:
    dense = nn.Linear(inputs, outputs)
    initialise(dense, section.initial)
    parts: OrderedDict[str, nn.Module] = OrderedDict(dense=mark_l2(dense, section.l2))
    if last != "none":
        parts["activation"] = activation(last)
    return nn.Sequential(parts)


def flattening(shape: tuple[int, ...]) -> nn.Module | None:
    """What makes one row of a sample of ``shape``; ``None`` when it is one already."""
    if len(shape) == 1:
        return None
    return Flatten() if len(shape) == 3 else nn.Flatten()


def shaping(shape: tuple[int, ...]) -> nn.Module | None:
    """The inverse of ``flattening``."""
    if len(shape) == 1:
        return None
    return Unflatten(*shape) if len(shape) == 3 else nn.Unflatten(1, shape)


def put_first(stage: nn.Module, name: str, part: nn.Module) -> nn.Sequential:
    """A stage that begins with ``part``."""
    return nn.Sequential(OrderedDict([(name, part), *stage.named_children()]))
