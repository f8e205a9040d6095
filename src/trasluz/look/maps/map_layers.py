"""The layers whose maps are worth looking at, on the way to the scores and larger than one pixel: those that end the
work of a convolution and, in vision transformers, the norms of tokens whose places still matter to the scores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import torch
from torch import Tensor, nn

from trasluz.errors import RequestError
from trasluz.families.capabilities import GivesLogits, HasLayers
from trasluz.look.layers.capture import Captured, capture
from trasluz.look.maps.layouts import FIRST, Layout, Reader, is_token_norm
from trasluz.look.maps.reach import unreached
from trasluz.look.subject import Subject
from trasluz.messages import _, did_you_mean

Choice = Literal["last", "middle-and-last", "conv"]
_CONVOLUTIONS = (nn.Conv2d, nn.ConvTranspose2d)
_IMAGES = 2  # more than one, so that the axis of images is told from one of windows


@dataclass(frozen=True)
class _Layer:
    """``shape``: (channels, height, width) of its map.  ``opens``: a convolution, or a norm of tokens.  ``heard``:
    whether the scores depend on its places.  ``reached``: whether a gradient of the scores arrives there."""

    name: str
    opens: bool
    shape: tuple[int, ...]
    layout: Layout
    heard: bool = True
    reached: bool = True


def stages(subject: Subject) -> tuple[str, ...]:
    """For each size of map, coarsest last, the layer that ends the work of its last convolution.

    That is the last layer before the next convolution that still has the convolution's shape: its normalisation and
    its ReLU belong to it, the pooling behind it does not.  Of tokens it is their last norm whose places matter to the
    scores: what follows the last attention on the way to a class token matters no more.  Empty where no convolution
    leads to the scores.
    """
    return _stages(_spatial(subject))


def resolve(subject: Subject, chosen: Choice | tuple[str, ...], *, gradients: bool = True) -> dict[str, Layout]:
    """Names of layers, in order of computation, and how their outputs are read as maps.

    ``last``: the last convolution's map; ``conv``: one map per size (``stages``); ``middle-and-last``: the last and
    the one in the middle of ``stages``, or of all norms where a transformer's tokens have one size.  Names are those
    of ``family.layers``.  With ``gradients`` only layers that a gradient of the scores reaches are chosen.

    Raises:
        RequestError: a layer of that name has no map or does not lead to the scores; or no gradient reaches it, or
            any.
    """
    layers = _spatial(subject)
    known = {layer.name: layer.layout for layer in layers}
    reached = [layer for layer in layers if layer.reached or not gradients]
    if isinstance(chosen, tuple):
        names = _named(layers, chosen)
        missed = [name for name in names if name not in {layer.name for layer in reached}]
    else:
        names = _of(reached, chosen)
        missed = [] if names else list(_stages(layers)[-1:])
    if missed:
        raise unreached(missed[0])
    return {name: known[name] for name in names}


def _of(layers: list[_Layer], chosen: Choice) -> tuple[str, ...]:
    found = _stages(layers)
    if chosen == "last":
        return found[-1:]
    if chosen == "middle-and-last":
        steps = found if len(found) > 1 else _norms(layers, found)
        return (steps[(len(steps) - 1) // 2], found[-1]) if len(steps) > 1 else found
    return found


def _stages(layers: list[_Layer]) -> tuple[str, ...]:
    found: dict[tuple[int, ...], str] = {}
    current: tuple[int, ...] | None = None
    for layer in layers:
        if layer.opens:
            current = layer.shape
        # What keeps the shape of its convolution belongs to it; of tokens only the norms count.
        if current == layer.shape and (layer.opens or layer.layout == FIRST):
            # Taken out first, because a key that is set again would keep its old place: sizes stand as they come last.
            found.pop(current[1:], None)
            found[current[1:]] = layer.name
    return tuple(found.values())


def _norms(layers: list[_Layer], last: tuple[str, ...]) -> tuple[str, ...]:
    """The norms of tokens of one network whose maps are all as large as the ``last``."""
    return tuple(layer.name for layer in layers if layer.opens and layer.layout != FIRST and last)


def _named(layers: list[_Layer], chosen: tuple[str, ...]) -> tuple[str, ...]:
    known = [layer.name for layer in layers]
    for name in chosen:
        if name not in known:
            hint = did_you_mean(name, known)
            message = _("layers: {name!r} has no map on the way to the scores; allowed: {allowed}.")
            raise RequestError(message.format(name=name, allowed=", ".join(known)) + hint)
    return tuple(name for name in known if name in chosen)


def _spatial(subject: Subject) -> list[_Layer]:
    """Layers that give maps larger than one pixel on the way to the scores."""
    return [layer for layer in _layers(subject) if layer.heard and layer.shape[1] * layer.shape[2] > 1]


def _layers(subject: Subject) -> list[_Layer]:
    """Layers that give maps when scores are computed, in the order of their last call."""
    names = [name for name, shape in subject.ask(HasLayers).layers(subject.networks).items() if len(shape) in (2, 3)]
    modules = dict(subject.networks.named_modules())
    reader = Reader(subject.networks)
    found = []
    with capture(subject.networks, names) as kept:
        scores = subject.ask(GivesLogits).logits(subject.networks, _noise(subject))
        for name in kept.names:
            output, module = kept.last(name), modules[name]
            layout = reader.read(module, output.shape, _IMAGES)
            if layout is not None:
                opens = isinstance(module, _CONVOLUTIONS) or (layout != FIRST and is_token_norm(module))
                shape = tuple(layout.maps(output).shape[1:])
                found.append(_Layer(name, opens, shape, layout))
        gradients = _gradients(scores, kept, found)
    heard = _heard(gradients, [layer for layer in found if layer.layout != FIRST])
    return [
        replace(layer, heard=layer.layout == FIRST or layer.name in heard, reached=layer.name in gradients)
        for layer in found
    ]


def _noise(subject: Subject) -> Tensor:
    # Noise, because of images of zeros gradients can vanish that do not for others.
    generator = torch.Generator().manual_seed(0)
    return torch.rand(_IMAGES, *subject.spec.shape, generator=generator).to(subject.device)


def _gradients(scores: Tensor, kept: Captured, layers: list[_Layer]) -> dict[str, Tensor]:
    """The gradient at those ``layers`` that one reaches, of a mixture of the scores."""
    if not scores.requires_grad or not layers:
        return {}
    weights = torch.linspace(1, 2, scores.shape[1], device=scores.device)  # so that opposite scores do not cancel
    outputs = [kept.last(layer.name) for layer in layers]
    gradients = torch.autograd.grad((scores * weights).sum(), outputs, allow_unused=True)
    pairs = zip(layers, gradients, strict=True)
    return {layer.name: gradient for layer, gradient in pairs if gradient is not None}


def _heard(gradients: Mapping[str, Tensor], layers: list[_Layer]) -> set[str]:
    """Names of those ``layers`` whose places the scores depend on; all where they depend on none."""
    heard = {
        layer.name
        for layer in layers
        if layer.name in gradients and bool(layer.layout.maps(gradients[layer.name]).any())
    }
    return heard or {layer.name for layer in layers}
