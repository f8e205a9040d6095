"""Maps of images × classes × layers, in one forward pass and one batched backward pass per chunk of classes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from trasluz.look.cams import class_map
from trasluz.look.capture import capture
from trasluz.look.class_gradients import class_gradients

Scores = Callable[[Tensor], Tensor]
MEMORY = 256 * 2**20  # bytes of gradients at a time


@dataclass(frozen=True)
class Maps:
    """``maps``: layer → float ``[n, k, h, w]`` on its own grid, before the ReLU; ``scores`` ``[n, all classes]``."""

    maps: dict[str, Tensor]
    scores: Tensor


def class_maps(
    network: nn.Module,
    scores_of: Scores,
    inputs: Tensor,
    classes: Tensor,
    layers: Sequence[str],
    method: str = "grad-cam",
    memory: int = MEMORY,
) -> Maps:
    """Maps of ``classes`` (int64 ``[n, k]``, each image's own) at ``layers``, the last call of each.

    ``scores_of(inputs)`` gives logits ``[n, all classes]`` through ``network``: scores before softmax, because after
    it the gradient of a sure class vanishes and other classes speak in.  ``memory``: bytes that gradients may take at
    a time, on top of what one forward pass of ``inputs`` takes.

    Raises:
        RecipeError: there is no such method.
        KeyError: there is no such layer, or it was not called.
    """
    with capture(network, layers) as kept:
        scores = scores_of(inputs)
        activations = [kept.last(name) for name in layers]
        size = max(memory // _bytes(activations), 1)
        found: list[list[Tensor]] = []
        for chunk in torch.split(classes, size, dim=1):
            gradients = class_gradients(scores, activations, chunk)
            with torch.no_grad():
                pairs = zip(activations, gradients, strict=True)
                found.append([class_map(method, activation.detach(), gradient) for activation, gradient in pairs])
    joined = [torch.cat(parts, 1) for parts in zip(*found, strict=True)]
    return Maps(dict(zip(layers, joined, strict=True)), scores.detach())


def _bytes(activations: Sequence[Tensor]) -> int:
    return sum(activation.numel() * activation.element_size() for activation in activations)
