"""Pair contributions: how the difference of two scores divides among the channels and places of a layer.

A channel at a place contributes its activation times the gradient of the difference with respect to it.  From a layer
that leads to the scores through pooling and linear layers, contributions add up to the difference less that of the
biases; through further layers of ReLUs they are what the network computes from where it stands, and trials with
channels set to zero tell what they are worth.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from trasluz.look.layers.capture import capture, changed, still
from trasluz.look.maps.layouts import Layout

Scores = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class PairContributions:
    """``scores``: ``[n, 2]`` of the pair.  ``activations``: ``[n, c, h, w]`` of the layer at its call number ``call``,
    and ``values`` of the same shape, what each adds to the first score less the second."""

    scores: Tensor
    activations: Tensor
    values: Tensor
    call: int


def pair_contributions(
    network: nn.Module, scores_of: Scores, inputs: Tensor, pair: Tensor, layer: str, layout: Layout
) -> PairContributions:
    """Those of the ``layer``'s last call to the difference of the scores of ``pair`` (int64 ``[n, 2]``) of classes.

    ``scores_of(inputs)`` gives logits ``[n, all classes]`` through ``network``.

    Raises:
        KeyError: there is no such layer, or it was not called.
    """
    with capture(network, (layer,)) as kept:
        scores = scores_of(inputs).gather(1, pair)
        output = kept.last(layer)
        (found,) = torch.autograd.grad((scores[:, 0] - scores[:, 1]).sum(), output, allow_unused=True)
    gradient = torch.zeros_like(output) if found is None else found
    activations = layout.maps(output.detach())
    return PairContributions(
        scores.detach(), activations, activations * layout.maps(gradient), len(kept.calls[layer]) - 1
    )


def scores_without(
    network: nn.Module,
    scores_of: Scores,
    inputs: Tensor,
    pair: Tensor,
    layer: str,
    layout: Layout,
    call: int,
    channels: Tensor,
) -> Tensor:
    """The scores ``[n, 2]`` of ``pair`` with some channels of each image (int64 ``[n, s]``) set to zero."""
    with (
        still(network),
        torch.no_grad(),
        changed(network, layer, call, lambda output: layout.without(output, channels)),
    ):
        return scores_of(inputs).gather(1, pair)
