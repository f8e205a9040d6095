"""Maps of images × classes × layers.

Methods that need gradients take one forward pass and one batched backward pass per chunk of classes, or none where the
weights of the last layer tell the gradients (``pooled_heads``); those that need trials one forward pass and the trials
of each layer's channels.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from trasluz.look.cams import find, signed_map
from trasluz.look.layers.capture import Captured, capture
from trasluz.look.maps.class_gradients import class_gradients
from trasluz.look.maps.layouts import FIRST, Layout
from trasluz.look.maps.pooled_heads import head_weights
from trasluz.look.maps.trials import Trials
from trasluz.model.memory import kept_memory

Scores = Callable[[Tensor], Tensor]
MEMORY = 256 * 2**20  # bytes of gradients, or of forward passes of trials, at a time
_NEAR = 32 * 2**20  # bytes of gradients that a processor's caches serve: more at a time only takes longer there


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
    layers: Sequence[str] | Mapping[str, Layout],
    method: str = "grad-cam",
    memory: int = MEMORY,
) -> Maps:
    """Maps of ``classes`` (int64 ``[n, k]``, each image's own) at ``layers``, the last call of each.

    ``scores_of(inputs)`` gives logits ``[n, all classes]`` through ``network``: scores before softmax, because after
    it the gradient of a sure class vanishes and other classes speak in.  ``layers``: their names, with their layouts
    where not all give ``[n, c, h, w]``.  ``memory``: bytes that gradients, or the forward passes of trials, may take
    at a time, on top of what one forward pass of ``inputs`` takes.

    Raises:
        RecipeError: there is no such method.
        KeyError: there is no such layer, or it was not called.
    """
    layouts = dict(layers) if isinstance(layers, Mapping) else dict.fromkeys(layers, FIRST)
    with kept_memory(inputs.device.type):
        return _class_maps(network, scores_of, inputs, classes, layouts, method, memory)


def _class_maps(
    network: nn.Module,
    scores_of: Scores,
    inputs: Tensor,
    classes: Tensor,
    layouts: Mapping[str, Layout],
    method: str,
    memory: int,
) -> Maps:
    needs = find(method).NEEDS
    with capture(network, layouts) as kept, torch.set_grad_enabled(needs == "gradients"):
        scores = scores_of(inputs)
        if needs == "gradients":
            return Maps(_from_gradients(kept, scores, classes, layouts, method, memory), scores.detach())
    maps = {}
    for name, layout in layouts.items():
        output, last = kept.last(name).detach(), len(kept.calls[name]) - 1
        plain = scores.gather(1, classes)
        trials = Trials(network, scores_of, inputs, classes, plain, name, last, layout, output, memory)
        with torch.no_grad():
            maps[name] = signed_map(method, layout.maps(output), trials, classes.shape[1])
    return Maps(maps, scores.detach())


def _from_gradients(
    kept: Captured, scores: Tensor, classes: Tensor, layouts: Mapping[str, Layout], method: str, memory: int
) -> dict[str, Tensor]:
    outputs = {name: kept.last(name) for name in layouts}
    # For one class a pass backward costs no more than the one by which a head is tried.
    heads = _heads(scores, outputs, layouts) if classes.shape[1] > 1 else {}
    others = [output for name, output in outputs.items() if name not in heads]
    at_once = min(memory, _NEAR) if scores.device.type == "cpu" else memory
    size = max(at_once // _bytes(list(outputs.values())), 1)
    found: dict[str, list[Tensor]] = {name: [] for name in layouts}
    for chunk in torch.split(classes, size, dim=1):
        gradients = iter(class_gradients(scores, others, chunk) if others else ())
        with torch.no_grad():
            for name, layout in layouts.items():
                activations = layout.maps(outputs[name].detach())
                evidence = heads[name][chunk][..., None, None] if name in heads else layout.maps(next(gradients))
                found[name].append(signed_map(method, activations, evidence, chunk.shape[1]))
    return {name: torch.cat(parts, 1) for name, parts in found.items()}


def _heads(scores: Tensor, outputs: Mapping[str, Tensor], layouts: Mapping[str, Layout]) -> dict[str, Tensor]:
    """Of layers whose gradients the weights of the last layer tell: layer → ``[all classes, c]``."""
    known = {name: head_weights(scores, outputs[name]) for name, layout in layouts.items() if layout == FIRST}
    return {name: weights for name, weights in known.items() if weights is not None}


def _bytes(outputs: Sequence[Tensor]) -> int:
    return sum(output.numel() * output.element_size() for output in outputs)
