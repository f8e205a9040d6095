"""Feature maps: what the channels of every layer give for an image (row 1.6 of the notebooks), and which are dead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Annotated, Literal

import numpy as np
import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn.functional import adaptive_avg_pool2d

from trasluz.errors import RequestError
from trasluz.families.capabilities import HasLayers
from trasluz.look.layers.activations import gather, passes, readable, run_through
from trasluz.look.maps.channel_contributions import channel_contributions, class_towards
from trasluz.look.pictures import pictures
from trasluz.look.result import Result
from trasluz.look.shown import Shown
from trasluz.look.subject import Subject
from trasluz.messages import N_, _
from trasluz.recipe.base import Section
from trasluz.reporting import Reporter

HELP = N_("What the channels of every layer show of an image, which are dead, and how many values are zero.")
DEFAULT = True
_LARGEST = 48  # pixels on a side of a stored map
_RESCALE = (nn.modules.batchnorm._BatchNorm, nn.GroupNorm, nn.LayerNorm)  # the map before them, on another scale
_SAME = ("Dropout", "Dropout2d", "Identity")  # give what they are given when they do not train


class Config(Section):
    """``count``: images, classes in turns, where none are given.  ``layers``: ``all``, or names of layers, or patterns
    such as ``classifier.body*``.  ``most``: at most so many layers, spread over the depth.  ``channels``: shown per
    layer.  ``sort``: the most active channels first (``activation``), those that speak most for the class ``towards``
    (``contribution``), or the first ones as they are numbered (``none``).  ``towards``: a class, or ``predicted``, each
    image's own.  ``examined``: images of the split over which dead channels and zeros are counted.
    """

    count: Annotated[int, Field(ge=1, le=16)] = 1
    layers: str | tuple[str, ...] = "all"
    most: Annotated[int, Field(ge=1, le=1000)] = 12
    channels: Annotated[int, Field(ge=1, le=4096)] = 16
    sort: Literal["activation", "contribution", "none"] = "activation"
    towards: str = "predicted"
    examined: Annotated[int, Field(ge=1)] = 256


@dataclass(frozen=True)
class FeatureMapsResult(Result):
    """``images``: uint8 ``[n, h, w, c]`` (c: 1, 3 or 4), at most 96 on a side; ``names`` of them.

    ``layers``: names in order of computation.  ``shapes``: layer → its output's ``(channels, height, width)``.
    ``maps``: layer → float16 ``[n, kept, h, w]``, averaged down to at most 48 on a side.  ``channels``: layer → int64
    ``[kept]``, their numbers.  ``dead``: layer → int64 numbers of the channels that are zero at every place of all
    ``examined`` images.  ``zeros``: layer → share of its values that are exactly zero on those images, 0 to 1.
    ``contributions``: layer → float32 ``[n, kept]``, activation times the gradient of the class's score, summed over
    the map (0 columns where that was not asked for); ``towards``: the class of each image that they speak for.
    """

    images: np.ndarray
    names: tuple[str, ...]
    layers: tuple[str, ...]
    shapes: dict[str, tuple[int, int, int]]
    maps: dict[str, np.ndarray]
    channels: dict[str, np.ndarray]
    dead: dict[str, np.ndarray]
    zeros: dict[str, float]
    examined: int
    contributions: dict[str, np.ndarray]
    towards: tuple[str, ...]


RESULT = FeatureMapsResult


@dataclass
class _Counts:
    """Sums over images of one layer."""

    alive: Tensor
    zeros: int = 0
    values: int = 0


@dataclass
class _Counter:
    """Counts zeros and living channels as outputs ``[n, c, h, w]`` pass."""

    of: dict[str, _Counts] = field(default_factory=dict)

    def see(self, layer: str, output: Tensor) -> None:
        counts = self.of.setdefault(layer, _Counts(torch.zeros(output.shape[1], dtype=torch.bool)))
        nonzero = output != 0
        counts.alive |= nonzero.any(3).any(2).any(0).cpu()
        counts.zeros += output.numel() - int(nonzero.sum())
        counts.values += output.numel()


def refusal(subject: Subject) -> str | None:
    """Needs images and layers that keep their places."""
    if subject.spec.kind != "image":
        return _("these data are no images")
    missing = subject.lacks("layers")
    return missing or (None if _with_maps(subject) else _("this network has no layers with maps of the image"))


def compute(subject: Subject, images: Shown | None, config: Config, reporter: Reporter) -> FeatureMapsResult:
    """The maps of ``images`` (otherwise of ``config.count`` of the split), and counts over the split.

    Raises:
        RequestError: no layer has the name that was asked for, or there are no scores, or not that class, to sort by.
    """
    shown = subject.pick(config.count) if images is None else images
    shapes = _with_maps(subject)
    if config.sort == "contribution":
        towards = class_towards(subject, shown.samples, config.towards)
        shapes = {name: shapes[name] for name in readable(subject, ("logits",)) if name in shapes}
    layers = _chosen(subject, shapes, config)
    known = readable(subject)
    layouts = {layer: known[layer] for layer in layers}
    whole = gather(subject, shown.samples, layouts)
    if config.sort == "contribution":
        speaks = channel_contributions(subject, shown.samples, towards, layouts)
    else:
        towards, speaks = np.zeros(0, np.int64), {layer: np.zeros((len(shown), 0), np.float32) for layer in layers}
    counter = _Counter()
    examined = subject.pick(config.examined).samples
    run_through(subject, examined, layouts, counter.see)
    channels = {layer: _channels(whole[layer], speaks[layer], config) for layer in layers}
    return FeatureMapsResult(
        images=pictures(subject, shown.samples),
        names=shown.names,
        layers=layers,
        shapes={layer: shapes[layer] for layer in layers},
        maps={layer: _small(whole[layer][:, channels[layer]]) for layer in layers},
        channels=channels,
        dead={layer: torch.nonzero(~counter.of[layer].alive)[:, 0].numpy() for layer in layers},
        zeros={layer: counter.of[layer].zeros / counter.of[layer].values for layer in layers},
        examined=len(examined),
        contributions={layer: speaks[layer][:, channels[layer]] if len(towards) else speaks[layer] for layer in layers},
        towards=tuple(subject.spec.classes[label] for label in towards),
    )


def _with_maps(subject: Subject) -> dict[str, tuple[int, int, int]]:
    """Layer → ``(channels, height, width)`` of layers whose output has places and is not just what came in."""
    modules = dict(subject.networks.named_modules())
    shapes = subject.ask(HasLayers).layers(subject.networks)
    found: dict[str, tuple[int, int, int]] = {}
    for name, layout in (readable(subject) if passes(subject) else {}).items():
        if len(shapes[name]) == 3 and type(modules[name]).__name__ not in _SAME:
            channels, height, width = layout.shape(shapes[name])
            if max(height, width) > 1:
                found[name] = (channels, height, width)
    return found


def _chosen(subject: Subject, shapes: Mapping[str, tuple[int, ...]], config: Config) -> tuple[str, ...]:
    """At most ``config.most`` layers that were asked for, spread over the depth, first and last among them."""
    patterns = ("*",) if config.layers == "all" else config.layers
    patterns = (patterns,) if isinstance(patterns, str) else patterns
    names = [name for name in shapes if any(_matches(name, pattern) for pattern in patterns)]
    if not names:
        message = _("look feature-maps: no layer is called {given}; there are {known}.")
        raise RequestError(message.format(given=", ".join(patterns), known=", ".join(shapes)))
    if len(names) > config.most:
        modules = dict(subject.networks.named_modules())
        names = [name for name in names if not isinstance(modules[name], _RESCALE)] or names
    places = np.linspace(0, len(names) - 1, min(config.most, len(names))).round().astype(int)
    return tuple(names[index] for index in places)


def _matches(name: str, pattern: str) -> bool:
    """Whether a layer is meant, by its name with or without the network's."""
    return fnmatchcase(name, pattern) or fnmatchcase(name.split(".", 1)[-1], pattern)


def _channels(maps: np.ndarray, speaks: np.ndarray, config: Config) -> np.ndarray:
    """The numbers of the channels to show, int64: those with the largest mean amount over the images shown, or that
    speak most for their classes."""
    if config.sort == "none":
        return np.arange(min(config.channels, maps.shape[1]))
    by = speaks.mean(0) if config.sort == "contribution" else np.abs(maps).mean((0, 2, 3))
    order = np.argsort(-by, kind="stable")
    return order[: config.channels].astype(np.int64)


def _small(maps: np.ndarray) -> np.ndarray:
    """``[n, c, h, w]`` averaged down to at most 48 on a side, float16; amounts beyond its range are cut."""
    height, width = maps.shape[2:]
    shrink = max(height, width) / _LARGEST
    if shrink > 1:
        sides = (max(round(height / shrink), 1), max(round(width / shrink), 1))
        maps = adaptive_avg_pool2d(torch.from_numpy(maps), sides).numpy()
    limit = float(np.finfo(np.float16).max)
    return maps.clip(-limit, limit).astype(np.float16)
