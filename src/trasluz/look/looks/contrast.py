"""Contrast: what separates two classes (row 0.10 of the notebooks): where it lies, and in which channels of a layer.

Asks for the capabilities ``logits`` and ``layers``.  The difference of two logits is divided among the places and the
channels of the last map; that these channels matter is tried by setting them to zero, beside others picked at random.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import numpy as np
import torch
from pydantic import Field, field_validator
from torch import Tensor

from trasluz.errors import RequestError
from trasluz.look.classes.confusable import Confusion, most_confused
from trasluz.look.classes.superiority import superiority
from trasluz.look.maps.explaining import batch_size, class_indices, labels_of, probabilities_of, scores_of
from trasluz.look.maps.layouts import Layout
from trasluz.look.maps.map_layers import resolve, stages
from trasluz.look.maps.pair_contributions import PairContributions, pair_contributions, scores_without
from trasluz.look.pictures import seen
from trasluz.look.result import Result
from trasluz.look.shown import Shown
from trasluz.look.subject import Subject
from trasluz.messages import N_, _
from trasluz.recipe.base import Section
from trasluz.reporting import Reporter

HELP = N_("What separates two classes: where it lies in an image, and which channels make the difference.")
DEFAULT = True
_PAIRS = ("usual", "confused", "predicted")
_MOST_AT_ONCE = 128  # images, whose layers are held with their gradients
_DRAWS = 8  # random choices of channels, of which the mean is taken


class Config(Section):
    """``pair``: names of two classes; ``confused``, the two that the model confuses most; ``predicted``, of each image
    the predicted class and the true one (or the second likeliest, where that is right or unknown); or ``usual``, which
    is ``confused`` unless images are given or nothing is known of their classes.  ``layer``: ``last``, the last
    convolution's map, or the name of a layer.  ``count``: images, of both classes alike, where none are given.
    ``channels``: shown for each of the two.  ``examined``: images of the split over which the channels of a pair are
    ranked, and classes are found that are confused.
    """

    pair: Literal["usual", "confused", "predicted"] | tuple[str, str] = "usual"
    layer: str = "last"
    count: Annotated[int, Field(ge=1, le=1000)] = 6
    channels: Annotated[int, Field(ge=1, le=32)] = 3
    examined: Annotated[int, Field(ge=2)] = 1000

    @field_validator("pair", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        """Two names, with a comma between them."""
        if isinstance(value, str) and value not in _PAIRS:
            return tuple(name.strip() for name in value.split(","))
        return value


@dataclass(frozen=True)
class ContrastResult(Result):
    """n images, c channels of the ``layer``, of which m are shown per image, ``firsts`` of them for the first class.

    ``pairs``: int64 ``[n, 2]``, indices into ``classes``; ``common``: whether all images have the same one.
    ``images``: uint8 ``[n, h, w, c]``; ``names``; ``labels``: int64 ``[n]``, −1 where unknown.  ``scores``: float32
    ``[n, 2]``, logits of the pair.  ``contributions``: float32 ``[n, c]`` to the first logit less the second;
    ``maps``: ``[n, h, w]``, the same by place.  ``channels``: int64 ``[n, m]``, the largest contributions first, then,
    the lowest first, those that speak for the second class; ``parts``: float32 ``[n, m, h, w]``, what each of them
    contributes by place.  ``without``: float32 ``[n, 2]``, the difference of the logits with those for the first class
    set to zero, and with those for the second; ``random``: float32 ``[n, 2]``, with as many other active channels
    picked at random instead (mean of 8 choices; NaN where there are not enough).

    Of a common pair, over images of the split: ``ranked``: how many of each of the two classes, or (0, 0);
    ``mean_contribution``: float32 ``[2, c]`` on images of each; ``superiority``: float32 ``[c]``, the probability that
    an image of the first class has more of a channel than one of the second.  ``mistaken``: images of one of the
    classes that were taken for the other, out of ``compared``; (0, 0) where that was not looked at.  ``groups``: int64
    ``[n]``, which images belong together; empty where each is by itself.
    """

    classes: tuple[str, ...]
    layer: str
    common: bool
    firsts: int
    names: tuple[str, ...]
    images: np.ndarray
    labels: np.ndarray
    pairs: np.ndarray
    scores: np.ndarray
    contributions: np.ndarray
    maps: np.ndarray
    channels: np.ndarray
    parts: np.ndarray
    without: np.ndarray
    random: np.ndarray
    ranked: tuple[int, int]
    mean_contribution: np.ndarray
    superiority: np.ndarray
    mistaken: int
    compared: int
    groups: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))


RESULT = ContrastResult


@dataclass(frozen=True)
class _Layer:
    """The layer at which a subject is looked at."""

    subject: Subject
    layer: str
    layout: Layout

    def contributions(self, inputs: Tensor, pair: Tensor) -> PairContributions:
        networks, scores = self.subject.networks, scores_of(self.subject)
        return pair_contributions(networks, scores, inputs, pair, self.layer, self.layout)

    def difference_without(self, inputs: Tensor, pair: Tensor, call: int, channels: Tensor) -> Tensor:
        """The first score less the second with some channels of each image set to zero, ``[n]``."""
        networks, scores = self.subject.networks, scores_of(self.subject)
        found = scores_without(networks, scores, inputs, pair, self.layer, self.layout, call, channels)
        return found[:, 0] - found[:, 1]


def refusal(subject: Subject) -> str | None:
    """Needs scores of at least two classes, and a layer with maps on the way to them."""
    missing = subject.lacks("logits", "layers")
    if missing:
        return missing
    if subject.spec.kind != "image":
        return _("these data are no images")
    if len(subject.spec.classes) < 2:
        return _("there is only one class")
    return None if stages(subject) else _("no convolution with a map larger than one pixel leads to the scores")


def compute(subject: Subject, images: Shown | None, config: Config, reporter: Reporter) -> ContrastResult:
    """The contrast of ``images`` (otherwise of ``config.count`` of the split).

    Raises:
        RequestError: there is no such layer or class, the pair is one class twice, or no labels tell what is confused.
    """
    ((layer, layout),) = resolve(subject, "last" if config.layer == "last" else (config.layer,)).items()
    at = _Layer(subject, layer, layout)
    examined = subject.pick(config.examined) if _needs_judging(config, images) else None
    looked_for = examined is not None and not isinstance(config.pair, tuple)
    confusion = most_confused(subject, examined, reporter) if examined is not None and looked_for else None
    pair = _pair(subject, config, confusion)
    known = None if examined is None or pair is None else _of_the_pair(examined, pair)
    shown = images or _shown(subject, config, pair, known)
    total = len(shown) + (0 if known is None else len(known))
    with reporter.task(_("Contrast of two classes"), total=total) as task:
        parts = []
        for rows in _batches(subject, len(shown)):
            parts.append(_part(at, config, pair, shown.only(rows)))
            task.advance(rows.stop - rows.start)
        ranking: Any = _ranking(at, pair, known, task.advance)
    joined: Any = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return ContrastResult(
        classes=subject.spec.classes,
        layer=layer,
        common=pair is not None,
        firsts=_sides(joined["contributions"].shape[1], config)[0],
        names=shown.names,
        groups=shown.groups,
        labels=labels_of(shown),
        mistaken=confusion.mistaken if confusion else 0,
        compared=confusion.compared if confusion else 0,
        **joined,
        **ranking,
    )


def _needs_judging(config: Config, images: Shown | None) -> bool:
    return config.pair != "predicted" and not (config.pair == "usual" and images is not None)


def _pair(subject: Subject, config: Config, confusion: Confusion | None) -> Tensor | None:
    """The pair of all images, int64 ``[2]``; ``None`` where each has its own."""
    if isinstance(config.pair, tuple):
        found = class_indices(subject, config.pair)
        if found is None or found[0] == found[1]:
            raise RequestError(_("pair: a class differs in nothing from itself; name two."))
        return found
    if confusion is not None:
        return torch.tensor(confusion.pair)
    if config.pair == "confused":
        raise RequestError(_("pair: which classes are confused is not known without single labels; name two."))
    return None


def _of_the_pair(examined: Shown, pair: Tensor) -> Shown | None:
    """Those of ``examined`` that belong to one of the two classes; ``None`` unless there are some of both."""
    labels = labels_of(examined)
    kept = [np.flatnonzero(labels == int(label)) for label in pair]
    return examined.only(np.concatenate(kept)) if all(len(rows) for rows in kept) else None


def _shown(subject: Subject, config: Config, pair: Tensor | None, known: Shown | None) -> Shown:
    """Of a pair as many images of one class as of the other, otherwise of all classes."""
    if pair is None or known is None:
        return subject.pick(config.count)
    labels = labels_of(known)
    each = [np.flatnonzero(labels == int(label)) for label in pair]
    half = (config.count + 1) // 2
    return known.only(np.concatenate([each[0][:half], each[1][: config.count - half]]))


def _batches(subject: Subject, count: int) -> list[slice]:
    size = min(batch_size(subject), _MOST_AT_ONCE)
    return [slice(start, min(start + size, count)) for start in range(0, count, size)]


def _part(at: _Layer, config: Config, pair: Tensor | None, shown: Shown) -> dict[str, np.ndarray]:
    """Fields of ``ContrastResult`` for images that are computed at once."""
    subject = at.subject
    pixels = subject.pixels(shown.samples)
    inputs = subject.preprocess.normalise(pixels)
    pairs = _own_pairs(subject, inputs, labels_of(shown)) if pair is None else pair.expand(len(inputs), 2)
    pairs = pairs.to(subject.device)
    found = at.contributions(inputs, pairs)
    by_channel = found.values.sum((2, 3))
    first, second = _sides(by_channel.shape[1], config)
    order = by_channel.argsort(dim=1, descending=True, stable=True)
    ends = (order[:, :first], order[:, order.shape[1] - second :].flip(1))
    channels = torch.cat(ends, 1)
    rows = torch.arange(len(inputs), device=inputs.device).unsqueeze(1)
    without = [at.difference_without(inputs, pairs, found.call, end) for end in ends]
    arrays = {
        "images": seen(pixels),
        "pairs": pairs,
        "scores": found.scores.float(),
        "contributions": by_channel.float(),
        "maps": found.values.sum(1).float(),
        "channels": channels,
        "parts": found.values[rows, channels].float(),
        "without": torch.stack(without, 1).float(),
        "random": torch.stack([_without_random(at, inputs, pairs, found, end) for end in ends], 1).float(),
    }
    return {name: value.cpu().numpy() for name, value in arrays.items()}


def _sides(channels: int, config: Config) -> tuple[int, int]:
    """How many channels are shown for the first class and for the second."""
    return min(config.channels, (channels + 1) // 2), min(config.channels, channels // 2)


def _own_pairs(subject: Subject, inputs: Tensor, labels: np.ndarray) -> Tensor:
    """Of each image the predicted class, and the true one or the second likeliest: int64 ``[n, 2]``."""
    with torch.inference_mode():
        sure = probabilities_of(subject)(inputs).float()
    first, second = sure.topk(2, 1).indices.unbind(1)
    truth = torch.from_numpy(labels).to(first.device)
    return torch.stack([first, torch.where((truth >= 0) & (truth != first), truth, second)], 1).clone()


def _without_random(at: _Layer, inputs: Tensor, pairs: Tensor, found: PairContributions, end: Tensor) -> Tensor:
    """The difference of the scores without as many other active channels, mean of some choices: ``[n]``."""
    count = end.shape[1]
    active = found.activations.flatten(2).any(2)
    active.scatter_(1, end, False)
    enough = active.sum(1) >= max(count, 1)
    generator = torch.Generator().manual_seed(0)
    total = torch.zeros(len(inputs), dtype=found.scores.dtype, device=inputs.device)
    for _choice in range(_DRAWS):
        luck = torch.rand(active.shape, generator=generator).to(inputs.device)
        picked = torch.where(active, luck, -1).topk(count, 1).indices
        total += at.difference_without(inputs, pairs, found.call, picked)
    return torch.where(enough, total / _DRAWS, torch.nan)


def _ranking(at: _Layer, pair: Tensor | None, known: Shown | None, advance: Callable[[int], None]) -> dict[str, Any]:
    """The fields of ``ContrastResult`` that are over images of the split."""
    if pair is None or known is None:
        return {
            "ranked": (0, 0),
            "mean_contribution": np.zeros((2, 0), np.float32),
            "superiority": np.zeros(0, np.float32),
        }
    added, amounts = [], []
    for rows in _batches(at.subject, len(known)):
        inputs = at.subject.inputs(known.samples[rows])
        found = at.contributions(inputs, pair.to(at.subject.device).expand(len(inputs), 2))
        added.append(found.values.sum((2, 3)).float().cpu().numpy())
        amounts.append(found.activations.mean((2, 3)).float().cpu().numpy())
        advance(len(inputs))
    first = labels_of(known) == int(pair[0])
    whole = np.concatenate(added)
    return {
        "ranked": (int(first.sum()), int((~first).sum())),
        "mean_contribution": np.stack([whole[first].mean(0), whole[~first].mean(0)]),
        "superiority": superiority(np.concatenate(amounts), first).astype(np.float32),
    }
