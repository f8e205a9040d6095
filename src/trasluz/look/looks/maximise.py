"""Maximise: images made from nothing that raise the score of a class, or a channel, as far as it goes.

Activation maximisation (Erhan et al. 2009, "Visualizing higher-layer features of a deep network"), made readable as
``look/layers/canvas.py`` says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
import torch
from pydantic import Field
from torch import Tensor, nn

from trasluz.errors import RequestError
from trasluz.families.capabilities import GivesLogits
from trasluz.look.layers.activations import gather, run_pass
from trasluz.look.layers.canvas import Canvas, canvas_like, shaken
from trasluz.look.layers.capture import capture
from trasluz.look.layers.units import Units, as_maps, find_layer, lacks_units, top_of
from trasluz.look.maps.reach import unreached
from trasluz.look.pictures import as_pictures, pictures
from trasluz.look.result import Result
from trasluz.look.shown import Shown, drawn
from trasluz.look.subject import Subject
from trasluz.messages import N_, _, did_you_mean
from trasluz.recipe.base import Section
from trasluz.reporting import Reporter, Task
from trasluz.rng import Rng

HELP = N_("Images made to raise the score of each class, or a channel, as far as it goes.")
DEFAULT = False
_COLOURED = 500  # training images whose colours count
_VALUES = 1_000_000  # numbers of images that are made at a time


class Config(Section):
    """``layer``: ``scores`` for the classes, a layer's name, or ``last`` for the last convolution.  ``classes``:
    ``all``, or names; ``channels`` of the layer: their numbers, or ``varied`` for those that vary most over real
    images.  ``most``: at most so many.  ``steps`` of gradient ascent at ``rate`` (Adam).  ``shake``: how much images
    are moved, turned and scaled at every step; 0 for not at all.  ``examined``: at most so many real images, drawn at
    random, are compared.
    """

    layer: str = "scores"
    classes: Literal["all"] | tuple[str, ...] = "all"
    channels: Literal["varied"] | tuple[Annotated[int, Field(ge=0)], ...] = "varied"
    most: Annotated[int, Field(ge=1, le=1024)] = 10
    steps: Annotated[int, Field(ge=1, le=10_000)] = 128
    rate: Annotated[float, Field(gt=0)] = 0.05
    shake: Annotated[float, Field(ge=0, le=4)] = 1.0
    examined: Annotated[int, Field(ge=1)] = 2000
    seed: int = 0


@dataclass(frozen=True)
class MaximiseResult(Result):
    """``layer``: its name, empty for classes; ``targets``: names of classes, or numbers of channels as text, of
    ``total`` there are.

    ``images``: uint8 ``[k, h, w, c]``, made; ``scores``: float32 ``[k]``, what each reaches, unshaken: the score
    before softmax, or the channel's mean over places.  ``real``: float32 ``[k]``, the best score of ``examined`` real
    images, with ``real_images`` uint8 ``[k, h, w, c]`` and ``real_names``.  ``split``: theirs, empty for images that
    somebody chose.
    """

    layer: str
    targets: tuple[str, ...]
    total: int
    images: np.ndarray
    scores: np.ndarray
    real: np.ndarray
    real_images: np.ndarray
    real_names: tuple[str, ...]
    examined: int
    split: str
    steps: int
    shaken: bool


RESULT = MaximiseResult


Scores = Callable[[Tensor], tuple[Tensor, Tensor]]  # images → what units reach and what to raise, each [n, units]


def refusal(subject: Subject) -> str | None:
    """Needs images that reach a layer."""
    return lacks_units(subject)


def compute(subject: Subject, images: Shown | None, config: Config, reporter: Reporter) -> MaximiseResult:
    """Images for the classes or channels that were chosen, beside the best of ``images`` or of the split.

    Raises:
        RequestError: there is no such layer, class or channel, or no gradient reaches the image.
    """
    shown = subject.take(drawn(subject.rows, config.examined, "maximise-judged")) if images is None else images
    of_classes = config.layer == "scores" and subject.can("logits")
    units = None
    if of_classes:
        chosen, known = _classes(subject, config), _scores(subject, shown.samples)
    else:
        units = find_layer(subject, "last" if config.layer == "scores" else config.layer)
        known = gather(subject, shown.samples, {units.layer: units.layout}, _mean, units.through)[units.layer]
        chosen = _channels(config, known)
    made, scores = _made(subject, units, chosen, config, reporter)
    rows = torch.arange(len(known))[:, None].expand(-1, len(chosen))
    best, first = top_of(torch.from_numpy(known[:, chosen]), 1, rows)
    indices = first[:, 0].numpy()
    return MaximiseResult(
        layer="" if units is None else units.layer,
        targets=tuple(subject.spec.classes[i] if of_classes else str(i) for i in chosen),
        total=known.shape[1],
        images=made,
        scores=scores,
        real=best[:, 0].numpy(),
        real_images=pictures(subject, shown.samples[indices]),
        real_names=tuple(shown.names[index] for index in indices),
        examined=len(shown),
        split=subject.split if images is None else "",
        steps=config.steps,
        shaken=config.shake > 0,
    )


def _mean(output: Tensor) -> Tensor:
    return as_maps(output).float().mean((2, 3))


def _scores(subject: Subject, samples: np.ndarray) -> np.ndarray:
    return subject.over(samples, lambda inputs, _unit: subject.ask(GivesLogits).logits(subject.networks, inputs))


def _classes(subject: Subject, config: Config) -> np.ndarray:
    """The chosen classes, int64 ``[k]``."""
    known = subject.spec.classes
    if config.classes == "all":
        return np.arange(min(len(known), config.most))
    for name in config.classes:
        if name not in known:
            hint = did_you_mean(name, known)
            message = _("classes: there is no {name!r}; allowed: {allowed}.")
            raise RequestError(message.format(name=name, allowed=", ".join(known)) + hint)
    return np.array([known.index(name) for name in config.classes], np.int64)


def _channels(config: Config, known: np.ndarray) -> np.ndarray:
    """The chosen channels, int64 ``[k]``, by what real images give ``[n, channels]``."""
    if config.channels == "varied":
        return np.argsort(-known.std(0), kind="stable")[: config.most].astype(np.int64)
    beyond = [channel for channel in config.channels if channel >= known.shape[1]]
    if beyond or not config.channels:
        message = _("look maximise: channels {given} of a layer with channels 0 to {last}.")
        raise RequestError(message.format(given=list(beyond), last=known.shape[1] - 1))
    return np.array(config.channels, np.int64)


def _made(
    subject: Subject, units: Units | None, chosen: np.ndarray, config: Config, reporter: Reporter
) -> tuple[np.ndarray, np.ndarray]:
    """The images uint8 ``[k, h, w, c]`` and what they reach, float32 ``[k]``, as many at a time as fit."""
    sample = subject.data.samples[drawn(subject.data.split("train"), _COLOURED, "maximise-colours")]
    canvas = canvas_like(subject.pixels(np.asarray(sample)).clamp(0, 1))
    items = torch.from_numpy(chosen).to(subject.device)
    size = max(_VALUES // int(np.prod(subject.spec.shape)), 1)
    parts = torch.split(items, size)
    found = []
    with (
        reporter.task(_("Making images"), len(parts) * config.steps, _("steps")) as task,
        _scoring(subject, units) as scores_of,
    ):
        for part in parts:
            found.append(_ascend(canvas, scores_of, part, config, task))
    pixels = torch.cat([images for images, _score in found])
    return as_pictures(pixels), torch.cat([score for _images, score in found]).cpu().numpy()


@contextmanager
def _scoring(subject: Subject, of: Units | None) -> Iterator[Scores]:
    """What images ``[n, c, h, w]`` in [0, 1] reach and what to raise, with a graph, while networks are as ``capture``
    has them; without units ``of`` a layer the scores.

    Both are the same, but for channels that an activation silences everywhere: no gradient would arrive at the image,
    so the most that comes into the activation anywhere is to be raised until it speaks.
    """
    layer = "" if of is None else of.layer
    with capture(subject.networks, [layer] if layer else []) as kept, _given(subject.networks, layer) as given:

        def scores_of(pixels: Tensor) -> tuple[Tensor, Tensor]:
            if of is None:
                logits: Tensor = subject.ask(GivesLogits).logits(subject.networks, subject.preprocess.normalise(pixels))
                return logits, logits
            kept.calls.clear()
            given.clear()
            run_pass(subject, pixels, of.through)
            output = kept.calls[layer][0]
            reached = _mean(of.layout.maps(output))
            if not given or given[0].shape != output.shape:
                return reached, reached
            return reached, torch.where(reached == 0, as_maps(of.layout.maps(given[0])).amax((2, 3)), reached)

        yield scores_of


@contextmanager
def _given(networks: nn.Module, layer: str) -> Iterator[list[Tensor]]:
    """While inside, what the layer is given in every call; nothing without a layer."""
    given: list[Tensor] = []

    def keep(_module: nn.Module, inputs: tuple[Any, ...]) -> None:
        if inputs and isinstance(inputs[0], Tensor):
            given.append(inputs[0].clone())  # before it may change in place

    handle = dict(networks.named_modules())[layer].register_forward_pre_hook(keep)
    try:
        yield given
    finally:
        handle.remove()


def _ascend(canvas: Canvas, scores_of: Scores, units: Tensor, config: Config, task: Task) -> tuple[Tensor, Tensor]:
    """Images ``[k, c, h, w]`` of ``units`` int64 ``[k]`` in [0, 1], and what they reach ``[k]``."""
    rng = Rng(config.seed)
    coefficients = canvas.blank(rng, units).requires_grad_()
    optimiser = torch.optim.Adam([coefficients], lr=config.rate)
    for step in range(config.steps):
        images = shaken(canvas.paint(coefficients), rng, step, units, config.shake)
        _reached, raised = scores_of(images)
        wanted = -raised.gather(1, units[:, None]).sum()
        (gradient,) = torch.autograd.grad(wanted, coefficients, allow_unused=True) if wanted.requires_grad else (None,)
        if gradient is None:
            raise unreached("")
        coefficients.grad = gradient
        optimiser.step()
        task.advance()
    with torch.no_grad():
        images = canvas.paint(coefficients)
        reached, _raised = scores_of(images)
    return images, reached.gather(1, units[:, None])[:, 0].float()
