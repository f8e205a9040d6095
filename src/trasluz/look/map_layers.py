"""The layers whose maps are worth looking at: after a convolution, on the way to the scores, larger than one pixel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import nn

from trasluz.errors import RequestError, nearest
from trasluz.look.capture import capture
from trasluz.look.subject import Subject
from trasluz.messages import _

Choice = Literal["last", "middle-and-last", "conv"]
_CONVOLUTIONS = (nn.Conv2d, nn.ConvTranspose2d)


@dataclass(frozen=True)
class _Layer:
    name: str
    convolution: bool
    shape: tuple[int, ...]


def stages(subject: Subject) -> tuple[str, ...]:
    """For each size of map, coarsest last, the layer that ends the work of its last convolution.

    That is the last layer before the next convolution that still has the convolution's shape: its normalisation and
    its ReLU belong to it, the pooling behind it does not.  Empty where no convolution leads to the scores.
    """
    found: dict[tuple[int, ...], str] = {}
    current: tuple[int, ...] | None = None
    for layer in _spatial(subject):
        if layer.convolution:
            current = layer.shape
        if current == layer.shape:
            found.pop(current[1:], None)
            found[current[1:]] = layer.name
    return tuple(found.values())


def resolve(subject: Subject, chosen: Choice | tuple[str, ...]) -> tuple[str, ...]:
    """Names of layers, in order of computation.

    ``last``: the last convolution's map; ``conv``: one map per size (``stages``); ``middle-and-last``: the last and
    the one in the middle of ``stages``.  Names are those of ``family.layers``.

    Raises:
        RequestError: a layer of that name has no map or does not lead to the scores.
    """
    if isinstance(chosen, tuple):
        return _named(subject, chosen)
    found = stages(subject)
    if chosen == "last":
        return found[-1:]
    if chosen == "middle-and-last" and len(found) > 1:
        return (found[(len(found) - 1) // 2], found[-1])
    return found


def _named(subject: Subject, chosen: tuple[str, ...]) -> tuple[str, ...]:
    known = [layer.name for layer in _spatial(subject)]
    for name in chosen:
        if name not in known:
            guess = nearest(name, known)
            hint = _(" Did you mean {guess}?").format(guess=guess) if guess else ""
            message = _("layers: {name!r} has no map on the way to the scores; allowed: {allowed}.")
            raise RequestError(message.format(name=name, allowed=", ".join(known)) + hint)
    return tuple(name for name in known if name in chosen)


def _spatial(subject: Subject) -> list[_Layer]:
    """Layers that give maps ``[n, c, h, w]`` larger than one pixel when scores are computed, by their last call."""
    names = [name for name, shape in subject.family.layers(subject.networks).items() if len(shape) == 3]
    modules = dict(subject.networks.named_modules())
    with capture(subject.networks, names) as kept, torch.no_grad():
        subject.family.logits(subject.networks, torch.zeros(1, *subject.spec.shape, device=subject.device))
    shapes = {name: tuple(kept.last(name).shape[1:]) for name in kept.names}
    return [
        _Layer(name, isinstance(modules[name], _CONVOLUTIONS), shape)
        for name, shape in shapes.items()
        if len(shape) == 3 and shape[1] * shape[2] > 1
    ]
