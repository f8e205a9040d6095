"""Strip: the network layer by layer, with the arithmetic of its maps' sizes and what a place sees (row 4.8)."""

from __future__ import annotations

import math
from dataclasses import dataclass

from trasluz.look.layers.arithmetic import windows_of, windows_used, written
from trasluz.look.layers.tracing import Step, trace
from trasluz.look.result import Result
from trasluz.look.shown import Shown
from trasluz.look.subject import Subject
from trasluz.messages import N_
from trasluz.recipe.base import Section
from trasluz.reporting import Reporter

HELP = N_("The network layer by layer: shapes, parameters, the arithmetic of map sizes and receptive fields.")
DEFAULT = True


class Config(Section):
    """No options."""


@dataclass(frozen=True)
class Layer:
    """``given`` and ``gives``: shapes of one sample.  ``parameters``: how many numbers it learns.

    ``kernel``, ``stride``, ``padding``, ``dilation``: per axis, empty without a window.  ``arithmetic``: per axis, such
    as ``⌊(28 − 5 + 2·2) / 1⌋ + 1 = 28``.  ``field``: height and width in pixels of what a place of its map sees of
    the image; ``whole`` where that is all of it; ``None`` where no path says it.  ``feeders``: layers that feed it;
    ``fed_by``: their names, ``""`` for the sample or code itself, empty where not known.
    """

    name: str
    kind: str
    given: tuple[int, ...]
    gives: tuple[int, ...]
    parameters: int
    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    padding: tuple[int, ...]
    dilation: tuple[int, ...]
    arithmetic: tuple[str, ...]
    field: tuple[int, ...] | None
    whole: bool
    feeders: int
    fed_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class StripResult(Result):
    """``layers`` in order of computation; ``sides``: shape of an image, ``(channels, height, width)``, or of what else
    the data are; ``parameters`` of all networks."""

    layers: tuple[Layer, ...]
    sides: tuple[int, ...]
    parameters: int


RESULT = StripResult


def refusal(subject: Subject) -> str | None:
    """Every model that can name its layers has one."""
    return subject.lacks("layers")


def compute(subject: Subject, images: Shown | None, config: Config, reporter: Reporter) -> StripResult:
    """The layers that a sample or a code passes; which images these are plays no part."""
    layers = tuple(_layer(step) for step in trace(subject))
    return StripResult(layers, subject.spec.shape, sum(p.numel() for p in subject.networks.parameters()))


def _layer(step: Step) -> Layer:
    windows, used = windows_of(step.module), windows_used(step.module, step.given, step.gives)
    fields = step.seen if isinstance(step.seen, tuple) else None
    return Layer(
        name=step.name,
        kind=_kind(step),
        given=step.given,
        gives=step.gives,
        parameters=sum(parameter.numel() for parameter in step.module.parameters()),
        kernel=tuple(window.size for window in windows),
        stride=tuple(window.stride for window in windows),
        padding=tuple(max(window.before, window.after) for window in used),
        dilation=tuple(window.dilation for window in windows),
        arithmetic=_arithmetic(step),
        field=None if fields is None else tuple(math.ceil(view.field) for view in fields),
        whole=step.seen == "whole",
        feeders=step.feeders,
        fed_by=step.fed_by,
    )


def _arithmetic(step: Step) -> tuple[str, ...]:
    windows = windows_used(step.module, step.given, step.gives)
    sides = step.given[len(step.given) - len(windows) :]
    return tuple(written(side, window) for side, window in zip(sides, windows, strict=True))


def _kind(step: Step) -> str:
    """The class of the layer, without what a parametrisation puts before it."""
    return type(step.module).__name__.removeprefix("Parametrized")
