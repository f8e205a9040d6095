"""Tied weights: each dense layer of a decoder uses the transposed kernel of the encoder's layer that it undoes.

The decoder holds no kernel of its own, only a reference to the encoder's layer that no ``state_dict``, parameter
list or optimiser sees twice; a copy of encoder and decoder together refers to the copied layer.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from trasluz.errors import RecipeError
from trasluz.messages import _

_WITH_KERNEL = (nn.Linear, nn.modules.conv._ConvNd, nn.RNNBase)


class TiedLinear(nn.Module):
    """x ↦ x·W + b with the kernel W ``[out, in]`` of another layer and a bias ``[in]`` of its own."""

    def __init__(self, source: nn.Linear) -> None:
        super().__init__()
        self._source = (source,)  # in a tuple, so that it is no child
        self.in_features, self.out_features = source.out_features, source.in_features
        self.bias = nn.Parameter(torch.zeros(source.in_features))

    def forward(self, values: Tensor) -> Tensor:
        """``[..., in]`` from ``[..., out]``."""
        return F.linear(values, self._source[0].weight.t(), self.bias)

    def extra_repr(self) -> str:
        """Sizes, for printing."""
        return f"in_features={self.in_features}, out_features={self.out_features}, tied"


def tie(encoder: nn.Module, decoder: nn.Module) -> None:
    """Replaces every linear layer of ``decoder``, from the last, by one tied to ``encoder``'s, from the first.

    Raises:
        RecipeError: there are other layers with kernels, or the two do not mirror each other.
    """
    ours, theirs = _linears(encoder), _linears(decoder)
    shapes = [tuple(layer.weight.shape) for layer in ours.values()]
    mirror = [tuple(layer.weight.t().shape) for layer in reversed(theirs.values())]
    if shapes != mirror:
        message = _(
            "model.tied: the decoder must mirror the encoder, but the kernels are {encoder} and, from the decoder's "
            "end, {decoder} transposed; give the decoder the encoder's hidden sizes in reverse."
        )
        raise RecipeError(message.format(encoder=shapes, decoder=mirror))
    for source, name in zip(ours.values(), reversed(theirs), strict=True):
        parent, _dot, child = name.rpartition(".")
        setattr(decoder.get_submodule(parent), child, TiedLinear(source))


def _linears(network: nn.Module) -> dict[str, nn.Linear]:
    """Linear layers by name, in order; refuses a network that has other kernels."""
    kernels = {name: module for name, module in network.named_modules() if isinstance(module, _WITH_KERNEL)}
    linears = {name: module for name, module in kernels.items() if isinstance(module, nn.Linear)}
    if len(linears) < len(kernels):
        other = next(name for name in kernels if name not in linears)
        message = _("model.tied: only dense layers can share their weights, but {layer} is a {kind}; set it to false.")
        raise RecipeError(message.format(layer=other, kind=type(kernels[other]).__name__))
    return linears
