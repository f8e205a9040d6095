"""Greedy training of a stack, one autoencoder at a time, from the outside (Bengio et al. 2007, "Greedy layer-wise").

Layer k is stage k of the encoder with the stage of the decoder that undoes it.  Layer 1 rebuilds the samples; each
further one the codes of the layer outside it, which rests meanwhile.

Of denoisers each layer learns to undo noise on what it is given itself (Vincent et al. 2010, "Stacked denoising
autoencoders", section 3.5): the layers outside see clean samples, their code is corrupted, and the clean code is the
target.  Sparsity is asked of the code of the layer in training.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from trasluz.errors import RecipeError
from trasluz.families._layers import blank, computation_order
from trasluz.messages import N_, _
from trasluz.metrics.described import Metric
from trasluz.networks.dense import Stages
from trasluz.networks.tied import TiedLinear
from trasluz.objectives.likelihoods import squared_error

METRICS = {"code_error": Metric(N_("Squared error of the codes"), "number", "lower", least=0.0)}

_PHASE = re.compile(r"layer-(\d+)")


@dataclass(frozen=True)
class Layer:
    """Autoencoder ``number`` (from 1) of a stack; it rebuilds ``width`` numbers per sample."""

    number: int
    width: int

    @property
    def inner(self) -> bool:
        """Whether it rebuilds codes instead of samples."""
        return self.number > 1

    def encode(self, networks: nn.ModuleDict, inputs: Tensor) -> Tensor:
        """The code of this layer."""
        return _through(_stages(networks, "encoder")[: self.number], inputs)

    def decode(self, networks: nn.ModuleDict, code: Tensor) -> Tensor:
        """The decoder's raw numbers of a sample, from this layer's code."""
        return _through(_stages(networks, "decoder")[-self.number :], code)

    def given(self, networks: nn.ModuleDict, inputs: Tensor) -> Tensor:
        """The code of the layer outside, which this one rebuilds, without gradients; of layer 1 the samples."""
        with torch.no_grad():
            return _through(_stages(networks, "encoder")[: self.number - 1], inputs)

    def encode_given(self, networks: nn.ModuleDict, given: Tensor) -> Tensor:
        """The code of this layer, from what it is given."""
        code: Tensor = _stages(networks, "encoder")[self.number - 1](given)
        return code

    def code_error(self, networks: nn.ModuleDict, code: Tensor, given: Tensor) -> Tensor:
        """Squared error of what this layer rebuilds from its ``code``, summed over each ``given`` one: ``[n]``."""
        return squared_error(_stages(networks, "decoder")[-self.number](code), given)

    def parts(self, networks: nn.ModuleDict) -> list[nn.Module]:
        """The modules that this layer trains: its two stages, and what judges samples where it rebuilds them."""
        own = [_stages(networks, "encoder")[self.number - 1], _stages(networks, "decoder")[-self.number]]
        return [*own, networks["likelihood"]] if not self.inner and "likelihood" in networks else own


def enter_layer(networks: nn.ModuleDict, phase: str, shape: tuple[int, ...]) -> Layer | None:
    """The layer that a phase called ``layer-1``, ``layer-2``, … trains, with all others frozen; else ``None``.

    Raises:
        RecipeError: there is no such layer, or nothing in it may move.
    """
    named = _PHASE.fullmatch(phase)
    if named is None:
        return None
    number, count = int(named[1]), len(_stages(networks, "encoder"))
    if not 1 <= number <= count:
        message = _("phases.{phase}: this autoencoder has no such layer; it has layer-1 to layer-{count}.")
        raise RecipeError(message.format(phase=phase, count=count))
    outer = nn.Sequential(*_stages(networks, "encoder")[: number - 1])
    layer = Layer(number, computation_order(outer, blank(networks, shape))[1][0].numel())
    own = {id(p) for part in layer.parts(networks) for p in part.parameters()}
    for parameter in networks.parameters():
        if id(parameter) not in own:
            parameter.requires_grad_(False)
    if not any(p.requires_grad for p in networks.parameters()):
        message = _("phases.{phase}: every parameter of layer {number} is frozen, so there is nothing to train.")
        raise RecipeError(message.format(phase=phase, number=number))
    return layer


def check_stack(networks: nn.ModuleDict, shape: tuple[int, ...]) -> None:
    """Refuses networks whose layers are no autoencoders of their own.

    Raises:
        RecipeError: they are not made of stages, or the decoder does not mirror the encoder.
    """
    encoder, decoder = networks["encoder"], networks["decoder"]
    if not isinstance(encoder, Stages) or not isinstance(decoder, Stages):
        raise RecipeError(_("model.layerwise: layers are trained one by one in dense encoders and decoders only."))
    inputs, widths = blank(networks, shape), []
    for number in range(len(encoder)):
        widths.append(computation_order(nn.Sequential(*encoder[: number + 1]), inputs)[1].shape[1])
    mirror = [_inputs(stage) for stage in reversed(list(decoder))]
    if widths != mirror:
        message = _(
            "model.layerwise: the decoder must mirror the encoder, whose layers give {encoder} numbers, but from its "
            "end the decoder's take {decoder}; give the decoder the encoder's hidden sizes in reverse."
        )
        raise RecipeError(message.format(encoder=widths, decoder=mirror))


def _inputs(stage: nn.Module) -> int:
    """How many numbers a dense stage takes: its first kernel's, or its tied one's."""
    for module in stage.modules():
        if isinstance(module, (nn.Linear, TiedLinear)):
            return module.in_features
    return 0


def _stages(networks: nn.ModuleDict, name: str) -> list[nn.Module]:
    network = networks[name]
    assert isinstance(network, Stages), "check_stack refuses other networks"
    return list(network)


def _through(stages: Iterable[nn.Module], values: Tensor) -> Tensor:
    for stage in stages:
        values = stage(values)
    return values
