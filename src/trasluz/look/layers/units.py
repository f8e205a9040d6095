"""Units: the channels of a layer, whether it has places, steps or neither; and the layer that is worth seeing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import torch
from torch import Tensor, nn

from trasluz.errors import RequestError
from trasluz.families.capabilities import HasLayers
from trasluz.look.layers.activations import passes, readable
from trasluz.look.maps.layouts import Layout
from trasluz.look.subject import Subject
from trasluz.messages import _, did_you_mean

_POOLS = (nn.MaxPool2d, nn.AvgPool2d, nn.AdaptiveAvgPool2d, nn.AdaptiveMaxPool2d)


class Units(NamedTuple):
    """A layer that images reach: the ``layout`` in which its outputs are read, and the capabilities ``through`` which
    they reach it."""

    layer: str
    layout: Layout
    through: tuple[str, ...]


def as_maps(output: Tensor) -> Tensor:
    """What a layer gives as ``[n, units, h, w]``: maps as they are, steps or tokens ``[n, steps, units]`` as a column,
    and ``[n, units]`` as one place."""
    if output.ndim == 4:
        return output
    return output.transpose(1, 2)[..., None] if output.ndim == 3 else output.flatten(1)[..., None, None]


def ways(subject: Subject) -> tuple[str, ...]:
    """The capability by which images go where the model makes up its mind: to its scores, else to its codes."""
    found = tuple(name for name in ("logits", "encode") if subject.can(name))[:1]
    return found or passes(subject)


def lacks_units(subject: Subject) -> str | None:
    """Why a look cannot show what units respond to, as the end of a sentence; ``None`` where images reach a layer."""
    if subject.spec.kind != "image":
        return _("these data are no images")
    missing = subject.lacks("layers")
    return missing or (None if last_layer(subject) else _("images reach no layer of this network"))


def find_layer(subject: Subject, chosen: str) -> Units:
    """A layer that images reach, how it is read, and the capabilities by which they reach it.

    ``chosen``: ``last`` for the work of the last convolution, else a name with or without the network's.

    Raises:
        RequestError: no layer that images reach is called so, or its channels cannot be told apart.
    """
    if chosen == "last":
        found = _last(subject)
        assert found is not None, "refusal() made sure of it"
        return found
    # Where the model makes up its mind first, so that a layer that several passes meet is shown as it is there.
    for through in (ways(subject), passes(subject)):
        layouts = readable(subject, through)
        for name, layout in layouts.items():
            if chosen in (name, name.split(".", 1)[-1]):
                return Units(name, layout, through)
    # These are the layers of all passes, the second turn of the loop.
    raise RequestError(_unknown(subject, chosen, tuple(layouts)))


def _unknown(subject: Subject, chosen: str, names: tuple[str, ...]) -> str:
    inside = any(chosen in (name, name.split(".", 1)[-1]) for name in subject.ask(HasLayers).layers(subject.networks))
    if inside:
        message = _("layer: {name!r} gives no channels of a whole image that could be shown; allowed: {allowed}.")
        return message.format(name=chosen, allowed=", ".join(names))
    message = _("layer: images reach no layer {name!r}; allowed: {allowed}.")
    return message.format(name=chosen, allowed=", ".join(names)) + did_you_mean(chosen, names)


def last_layer(subject: Subject) -> str | None:
    """Where the work of the last convolution with places ends: its normalisation and activation belong to it, a
    pooling does not.  Where tokens, or maps with their channels last, come after it, the last layer that gives such.
    Without a convolution the last layer before the scores, or the code; ``None`` where images reach nothing.
    """
    found = _last(subject)
    return None if found is None else found.layer


def _last(subject: Subject) -> Units | None:
    way = ways(subject)
    layouts = readable(subject, way) if way else {}
    name = _name_of_last(subject, layouts, way)
    return None if name is None else Units(name, layouts[name], way)


def _name_of_last(subject: Subject, layouts: Mapping[str, Layout], way: tuple[str, ...]) -> str | None:
    shapes = subject.ask(HasLayers).layers(subject.networks)
    names = tuple(layouts)
    modules = dict(subject.networks.named_modules())
    # A convolution over a single pixel is a linear layer: it has no places.
    spatial = [i for i, name in enumerate(names) if isinstance(modules[name], nn.Conv2d) and max(shapes[name][1:]) > 1]
    # Two sizes are tokens × channels.
    last = [i for i, name in enumerate(names) if len(shapes[name]) == 2 or layouts[name].channels == "last"]
    if spatial and last and last[-1] > spatial[-1]:
        return names[last[-1]]
    if spatial:
        end = spatial[-1]
        # What keeps the shape (normalisation, activation) belongs to the convolution before it.
        while end + 1 < len(names) and _belongs(modules[names[end + 1]], shapes[names[end + 1]], shapes[names[end]]):
            end += 1
        return names[end]
    if not names:
        return None
    if len(names) > 1 and subject.can("posterior") and shapes[names[-1]] == shapes[names[-2]]:
        return names[-2]  # the last layer gives the spread of the codes, the one before it their mean
    # The last layer gives the scores themselves; what they are read from stands before it.
    return names[-2] if "logits" in way and len(names) > 1 else names[-1]


def _belongs(module: nn.Module, shape: tuple[int, ...], before: tuple[int, ...]) -> bool:
    return shape == before and not isinstance(module, (nn.Conv2d, *_POOLS))


def top_of(values: Tensor, count: int, *kept: Tensor) -> tuple[Tensor, ...]:
    """The ``count`` largest of ``values`` ``[n, units]`` per unit, ``[units, count]``, the first of equals first, and
    the same places of each of ``kept`` ``[n, units]``."""
    # Sorted, because topk does not say which of equal values it takes.
    order = torch.argsort(values.T, dim=1, descending=True, stable=True)[:, :count]
    return tuple(of.T.gather(1, order) for of in (values, *kept))
