"""Exciting: the images of the data that excite each channel of a layer most, and which part of them the channel saw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
import torch
from pydantic import Field
from torch import Tensor

from trasluz.errors import RequestError
from trasluz.families.capabilities import HasLayers
from trasluz.look.layers.activations import run_through
from trasluz.look.layers.arithmetic import View
from trasluz.look.layers.tracing import trace
from trasluz.look.layers.units import as_maps, find_layer, lacks_units, top_of
from trasluz.look.pictures import pictures
from trasluz.look.result import Result
from trasluz.look.shown import Shown, drawn
from trasluz.look.subject import Subject
from trasluz.messages import N_, _
from trasluz.recipe.base import Section
from trasluz.reporting import Reporter

HELP = N_("The images that excite each channel of a layer most, with the part of them that it saw marked.")
DEFAULT = True
_AT_ONCE = 2048  # images that go through between two words of progress


class Config(Section):
    """``layer``: its name, or ``last`` for the last convolution.  ``channels``: their numbers, or ``varied`` for those
    whose activation varies most over the images.  ``most``: at most so many of these.  ``count``: images per channel.
    ``examined``: at most so many images of the split are looked at, drawn at random.
    """

    layer: str = "last"
    channels: Literal["varied"] | tuple[Annotated[int, Field(ge=0)], ...] = "varied"
    most: Annotated[int, Field(ge=1, le=1024)] = 8
    count: Annotated[int, Field(ge=1, le=64)] = 8
    examined: Annotated[int, Field(ge=1)] = 10_000


@dataclass(frozen=True)
class ExcitingResult(Result):
    """``layer`` and ``shape`` of what it gives (of maps always channels, height, width); ``channels``: int64 ``[k]``,
    their numbers.

    ``values``: float32 ``[k, count]``, the largest activation of a channel over the places of an image, largest first;
    ``which``: int64 ``[k, count]``, places in ``images``; ``crops``: float32 ``[k, count, 4]``, top, left, bottom and
    right of what that place saw, as shares of the image's sides (NaN where unknown: 0, 0, 1, 1 is the whole image).
    ``positive``: float64 ``[k]``, share of the images in which the activation is above zero anywhere.
    ``spread``: float64 ``[k]``, standard deviation of the largest activation over the images.
    ``dead``: int64, numbers of all channels of the layer that are zero at every place of every image.
    ``images``: uint8 ``[m, h, w, c]``, each once, at most 96 on a side, with ``names`` and ``image_class`` (empty: not
    known).  ``shares``: class → its share of the images looked at; empty without labels.  ``examined``: images looked
    at; ``split``: of which split, empty for images that somebody chose.
    """

    layer: str
    shape: tuple[int, ...]
    channels: np.ndarray
    values: np.ndarray
    which: np.ndarray
    crops: np.ndarray
    positive: np.ndarray
    spread: np.ndarray
    dead: np.ndarray
    images: np.ndarray
    names: tuple[str, ...]
    image_class: tuple[str, ...]
    shares: dict[str, float]
    examined: int
    split: str


RESULT = ExcitingResult


class _Best:
    """The best ``count`` images per unit, and sums over all images, as outputs pass in order."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.seen = 0
        self.values = self.rows = self.places = self.sums = self.squares = self.positive = torch.empty(0)
        self.alive = torch.empty(0, dtype=torch.bool)

    def see(self, _layer: str, output: Tensor) -> None:
        maps = as_maps(output).float().flatten(2)
        values, places = maps.max(2)
        rows = torch.arange(self.seen, self.seen + len(maps), device=maps.device)[:, None].expand_as(places)
        wide = values.double().cpu()
        if not self.seen:
            self._start(values, wide)
        self.sums += wide.sum(0)
        self.squares += (wide - self._shift).square().sum(0)
        self.positive += (wide > 0).sum(0)
        self.alive |= (maps != 0).any(2).any(0).cpu()
        before = (self.values.T, self.rows.T, self.places.T)
        joined = [torch.cat([a.to(b), b]) for a, b in zip(before, (values, rows, places), strict=True)]
        self.values, self.rows, self.places = top_of(joined[0], self.count, *joined[1:])
        self.seen += len(maps)

    def _start(self, values: Tensor, wide: Tensor) -> None:
        units = values.shape[1]
        self.values = self.rows = self.places = torch.empty(units, 0)
        self._shift = wide.mean(0)  # near the mean, so that the difference of squares keeps its digits
        self.sums, self.squares, self.positive = (torch.zeros(units, dtype=torch.float64) for _sum in range(3))
        self.alive = torch.zeros(units, dtype=torch.bool)

    def spread(self) -> np.ndarray:
        """Standard deviation over images, float64 ``[units]``."""
        distance = self.sums / self.seen - self._shift
        variance = self.squares / self.seen - distance.square()
        return np.asarray(variance.clamp_min(0).sqrt().numpy())


def refusal(subject: Subject) -> str | None:
    """Needs images that reach a layer."""
    return lacks_units(subject)


def compute(subject: Subject, images: Shown | None, config: Config, reporter: Reporter) -> ExcitingResult:
    """The best of ``images``, or of the split, in one pass that keeps the best of every channel.

    Raises:
        RequestError: there is no such layer or channel.
    """
    layer, layout, through = find_layer(subject, config.layer)
    rows = drawn(subject.rows, config.examined, "exciting") if images is None else np.arange(len(images))
    source = subject.data.samples if images is None else images.samples
    best = _Best(config.count)
    with reporter.task(_("Looking for exciting images"), len(rows), _("images")) as task:
        for start in range(0, len(rows), _AT_ONCE):
            part = rows[start : start + _AT_ONCE]
            run_through(subject, np.asarray(source[part]), {layer: layout}, best.see, through)
            task.advance(len(part))
    shape = layout.shape(subject.ask(HasLayers).layers(subject.networks)[layer])
    spread = best.spread()
    channels = _channels(config, spread)
    chosen = best.rows[channels].long().cpu().numpy()
    once, which = np.unique(chosen, return_inverse=True)
    shown = subject.take(rows[once]) if images is None else images.only(once)
    places = best.places[channels].long().cpu().numpy()
    return ExcitingResult(
        layer=layer,
        shape=shape,
        channels=channels,
        values=best.values[channels].float().cpu().numpy(),
        which=which.reshape(chosen.shape),
        crops=_crops(subject, layer, shape, places),
        positive=(best.positive / best.seen).numpy()[channels],
        spread=spread[channels],
        dead=torch.nonzero(~best.alive)[:, 0].numpy(),
        images=pictures(subject, shown.samples),
        names=shown.names,
        image_class=tuple(_class(subject, label) for label in shown.labels),
        shares=_shares(subject, rows) if images is None else {},
        examined=len(rows),
        split=subject.split if images is None else "",
    )


def _channels(config: Config, spread: np.ndarray) -> np.ndarray:
    """The numbers of the channels to show, int64 ``[k]``."""
    if config.channels == "varied":
        return np.argsort(-spread, kind="stable")[: config.most].astype(np.int64)
    beyond = [channel for channel in config.channels if channel >= len(spread)]
    if beyond or not config.channels:
        message = _("look exciting: channels {given} of a layer with channels 0 to {last}.")
        raise RequestError(message.format(given=list(beyond), last=len(spread) - 1))
    return np.array(config.channels, np.int64)


def _crops(subject: Subject, layer: str, shape: tuple[int, ...], places: np.ndarray) -> np.ndarray:
    """What ``places`` (int64 ``[k, count]`` of a flat map) see, as shares of the image's sides."""
    seen = next((step.seen for step in trace(subject) if step.name == layer), None)
    crops = np.full((*places.shape, 4), np.nan, np.float32)
    if seen == "whole":
        crops[:] = (0, 0, 1, 1)
    elif seen is not None and len(shape) == 3:
        rows, columns = np.divmod(places, shape[2])
        height, width = subject.spec.shape[1:]
        crops[..., 0::2] = _stretches(seen[0], rows, height)
        crops[..., 1::2] = _stretches(seen[1], columns, width)
    return crops


def _stretches(view: View, places: np.ndarray, side: int) -> np.ndarray:
    """First and last of what places along one axis see, as shares of the side: ``[..., 2]``."""
    known = {int(place): view.crop(int(place), side) for place in np.unique(places)}
    return np.array([known[int(place)] for place in places.flat], np.float32).reshape(*places.shape, 2) / side


def _class(subject: Subject, label: np.ndarray) -> str:
    """The names of the classes of a sample; empty where none is known."""
    if np.ndim(label):
        return ", ".join(name for name, there in zip(subject.spec.classes, label, strict=True) if there)
    return subject.spec.classes[int(label)] if label >= 0 else ""


def _shares(subject: Subject, rows: np.ndarray) -> dict[str, float]:
    """Class → its share of the labelled ones of ``rows``; empty without single labels."""
    labels = subject.data.labels
    if labels is None or labels.ndim != 1:
        return {}
    known = np.asarray(labels[rows])
    counts = np.bincount(known[known >= 0], minlength=len(subject.spec.classes))
    return {name: float(n / max(counts.sum(), 1)) for name, n in zip(subject.spec.classes, counts, strict=True)}
