"""Dense layers to one score per class: the multilayer perceptron. Without hidden layers it is one linear layer.

The hidden layers are named as a dense encoder names its own (``layer1.dense`` …), so that weights can move over.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from itertools import pairwise
from typing import Literal

from pydantic import model_validator
from torch import Tensor, nn
from torch.nn import functional as F

from trasluz.messages import _
from trasluz.networks.dense import flattening
from trasluz.networks.dropout import Dropout
from trasluz.networks.initialise import Initialiser, initialise
from trasluz.networks.layers import Activation, Channels, Factor, NormSection, Rate, activation
from trasluz.networks.penalties import mark_l2
from trasluz.recipe.base import Section

ANY_SHAPE = True


class Config(Section):
    """``hidden``: sizes of the hidden layers, none for a single linear layer; ``activation``: of all, or of each.

    A hidden layer is a dense layer, batch normalisation (if ``norm``), its activation and ``dropout``; with
    ``norm_place: last`` normalisation follows the dropout, as many Keras teaching examples have it.  ``initial``
    draws every kernel; ``l2`` is the penalty factor of every kernel, and ``None`` leaves it to the family.  What
    ``initial_last`` and ``l2_last`` say of the last layer goes before these.

    ``scores: softmax`` passes the scores through a softmax although the loss has one of its own: a common mistake, kept
    to be compared with.  No class of k then gets a probability above e / (e + k − 1), and gradients are small.
    """

    hidden: tuple[Channels, ...] = (100,)
    activation: Activation | tuple[Activation, ...] = "relu"
    dropout: Rate = 0.0
    norm: NormSection | None = None
    norm_place: Literal["before-activation", "last"] = "before-activation"
    initial: Initialiser = "torch"
    l2: Factor | None = None
    initial_last: Initialiser | None = None
    l2_last: Factor | None = None
    scores: Literal["linear", "softmax"] = "linear"

    @model_validator(mode="after")
    def _one_activation_each(self) -> Config:
        if isinstance(self.activation, tuple) and len(self.activation) != len(self.hidden):
            raise ValueError(_("give one activation for all hidden layers, or as many as there are hidden layers"))
        return self


class BatchNorm(nn.BatchNorm1d):
    """Batch normalisation that does not stumble over a batch of one sample, the end of many an epoch.

    One sample has no variance of its own: it is normalised with the running statistics, which it leaves alone.
    """

    def forward(self, input: Tensor) -> Tensor:
        """``[n, features]``, normalised."""
        if not self.training or len(input) > 1:
            return super().forward(input)
        mean, variance = self.running_mean, self.running_var
        return F.batch_norm(input, mean, variance, self.weight, self.bias, False, 0.0, self.eps)


def build(config: Config, shape: tuple[int, ...], outputs: int) -> nn.Module:
    """The classifier for samples of any ``shape``, with ``outputs`` scores."""
    network = nn.Sequential()
    flatten = flattening(shape)
    if flatten is not None:
        network.add_module("flatten", flatten)
    each = config.activation if isinstance(config.activation, tuple) else (config.activation,) * len(config.hidden)
    sizes = (math.prod(shape), *config.hidden)
    for number, ((inputs, size), name) in enumerate(zip(pairwise(sizes), each, strict=True), 1):
        network.add_module(f"layer{number}", _hidden(config, inputs, size, name))
    network.add_module("outputs", _last(config, sizes[-1], outputs))
    if config.scores == "softmax":
        network.add_module("softmax", nn.Softmax(dim=1))
    return network


def _hidden(config: Config, inputs: int, size: int, name: Activation) -> nn.Sequential:
    parts: OrderedDict[str, nn.Module] = OrderedDict(dense=_dense(config, inputs, size))
    norm = None if config.norm is None else BatchNorm(size, eps=config.norm.eps, momentum=config.norm.momentum)
    if norm is not None and config.norm_place == "before-activation":
        parts["norm"] = norm
    if name != "none":
        parts["activation"] = activation(name)
    if config.dropout:
        parts["dropout"] = Dropout(config.dropout)
    if norm is not None and config.norm_place == "last":
        parts["norm"] = norm
    return nn.Sequential(parts)


def _last(config: Config, inputs: int, outputs: int) -> nn.Linear:
    initial = config.initial if config.initial_last is None else config.initial_last
    l2 = config.l2 if config.l2_last is None else config.l2_last
    return _dense(config.model_copy(update={"initial": initial, "l2": l2}), inputs, outputs)


def _dense(config: Config, inputs: int, outputs: int) -> nn.Linear:
    layer = nn.Linear(inputs, outputs)
    initialise(layer, config.initial)
    return mark_l2(layer, config.l2)
