"""Class activation maps: where the evidence for a class lies, and whether the map can be believed (rows 0.8 to 0.10).

Explains logits, asks for the capabilities ``logits`` and ``layers``.  Beside every map stand its checks: its raw
maximum, what its ReLU removes, how much it changes with the class, the layer and a mirrored image, and what the model
says when it sees only the marked region, or all but that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Annotated, get_args

import numpy as np
import torch
from pydantic import Field
from torch import Tensor
from torch.nn import functional as F

from trasluz.look import cams
from trasluz.look.checks.agreement import spearman
from trasluz.look.checks.known_mean import known_mean
from trasluz.look.checks.map_checks import confidences, regions
from trasluz.look.maps.class_maps import class_maps
from trasluz.look.maps.explaining import (
    Classes,
    answers,
    batch_size,
    chosen_classes,
    class_indices,
    labels_of,
    one_is_a_list,
    probabilities_of,
    scores_of,
)
from trasluz.look.maps.layouts import Layout
from trasluz.look.maps.map_layers import Choice, resolve, stages
from trasluz.look.pictures import seen
from trasluz.look.result import Result
from trasluz.look.shown import Shown
from trasluz.look.subject import Subject
from trasluz.messages import N_, _
from trasluz.recipe.base import Section
from trasluz.reporting import Reporter

HELP = N_("Heat maps of where the evidence for a class lies, with checks of whether to believe them.")
DEFAULT = True


class Config(Section):
    """``method``: a name of ``look/cams``.  ``also``: further ones by gradients whose maps are shown for comparison,
    without checks; none where ``method`` needs no gradients.  ``layers``: ``last`` is the last convolution's map,
    ``conv`` one map per size, ``middle-and-last`` two of these; or names of layers.  ``classes``: ``all``;
    ``predicted``, which shows the predicted class beside the true one (or the second likeliest, where that is right or
    unknown); or names of classes.  ``count``: how many images, classes in turns, where none are given.
    """

    method: str = "grad-cam"
    also: tuple[str, ...] = ("grad-cam-plus-plus", "layer-cam")
    layers: Annotated[Choice | tuple[str, ...], one_is_a_list(*get_args(Choice))] = "middle-and-last"
    classes: Classes = "predicted"
    count: Annotated[int, Field(ge=1, le=1000)] = 10


@dataclass(frozen=True)
class CamResult(Result):
    """n images, k classes per image, l layers in order of computation.

    ``images``: uint8 ``[n, h, w, c]``; ``names``; ``labels``: int64 ``[n]``, −1 where unknown or several.
    ``chosen``: int64 ``[n, k]`` indices into ``classes``, the predicted class first if only that was asked for;
    ``shown``: how many of them are meant to be seen, the others only serve the comparison.
    ``checked``: int64 ``[n]``, the place in ``chosen`` of the class whose map is checked: the predicted one, or the
    first where that is not among them.  ``predicted``: int64 ``[n]``, the likeliest class, and ``confidence``: float32
    ``[n, all classes]``, probabilities.
    ``maps``: layer → float32 ``[n, k, h, w]`` on the layer's own grid, before the ReLU, in units of the score.

    The checks are float32, NaN where they say nothing: ``raw_max`` and ``removed`` (share of Σ|map| that is negative)
    ``[n, k, l]``; of the class that is ``checked``: ``class_agreement`` ``[n, l]``, mean rank correlation with
    the maps of the other classes; ``layer_agreement`` ``[n]``, mean over pairs of layers; ``flip_agreement``
    ``[n, l]``, with the map of the mirrored image; ``kept`` and ``without`` ``[n, l, 3]``, its probability with only
    the region that holds half of the map's mass kept, and with it removed, for the map, a random and a centred region
    of as many pixels.

    ``others``: ``METHOD/LAYER`` → maps like ``maps``, by further methods.  ``groups``: int64 ``[n]``, which images
    belong together; empty where each is by itself.
    """

    method: str
    class_specific: bool
    classes: tuple[str, ...]
    layers: tuple[str, ...]
    shown: int
    names: tuple[str, ...]
    images: np.ndarray
    labels: np.ndarray
    chosen: np.ndarray
    checked: np.ndarray
    predicted: np.ndarray
    confidence: np.ndarray
    maps: dict[str, np.ndarray]
    raw_max: np.ndarray
    removed: np.ndarray
    class_agreement: np.ndarray
    layer_agreement: np.ndarray
    flip_agreement: np.ndarray
    kept: np.ndarray
    without: np.ndarray
    others: dict[str, np.ndarray] = field(default_factory=dict)
    groups: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))


RESULT = CamResult


def refusal(subject: Subject) -> str | None:
    """Models without class scores, and networks without maps on the way to them, have none."""
    missing = subject.lacks("logits", "layers")
    if missing:
        return missing
    if subject.spec.kind != "image":
        return _("heat maps need images")
    return None if stages(subject) else _("no convolution with a map larger than one pixel leads to the scores")


def compute(subject: Subject, images: Shown | None, config: Config, reporter: Reporter) -> CamResult:
    """The maps and their checks.

    Raises:
        RecipeError: there is no such method.
        RequestError: there is no such layer or class, or no gradient reaches a layer although the method needs one.
    """
    layers = resolve(subject, config.layers, gradients=cams.find(config.method).NEEDS == "gradients")
    wanted = class_indices(subject, config.classes)
    shown = subject.pick(config.count) if images is None else images
    size = 1 if cams.find(config.method).NEEDS == "trials" else batch_size(subject)  # so that progress is seen
    methods = (config.method, *_others(config))
    parts = []
    with reporter.task(_("Heat maps"), len(shown), _("images")) as task:
        for start in range(0, len(shown), size):
            rows = slice(start, start + size)
            parts.append(_part(subject, methods, layers, wanted, shown.samples[rows], labels_of(shown)[rows]))
            task.advance(len(shown.samples[rows]))
    joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    maps = {name: joined.pop(f"map {name}") for name in layers}
    others = {f"{method}/{name}": joined.pop(f"{method}/{name}") for method in methods[1:] for name in layers}
    return CamResult(
        method=config.method,
        class_specific=cams.knows_classes(config.method),
        classes=subject.spec.classes,
        layers=tuple(layers),
        shown=min(2, joined["chosen"].shape[1]) if config.classes == "predicted" else joined["chosen"].shape[1],
        names=shown.names,
        labels=labels_of(shown),
        maps=maps,
        others=others,
        groups=shown.groups,
        **joined,
    )


def _others(config: Config) -> tuple[str, ...]:
    """The further methods: those that cost a backward pass, no more.

    Raises:
        RecipeError: there is no such method.
    """
    if cams.find(config.method).NEEDS != "gradients":
        return ()
    return tuple(m for m in dict.fromkeys(config.also) if m != config.method and cams.find(m).NEEDS == "gradients")


def _part(
    subject: Subject,
    methods: tuple[str, ...],
    layers: Mapping[str, Layout],
    wanted: Tensor | None,
    samples: np.ndarray,
    labels: np.ndarray,
) -> dict[str, np.ndarray]:
    """Fields of ``CamResult`` for images that are computed at once; maps of the first method, which is checked, are
    called ``map LAYER``, of others ``METHOD/LAYER``."""
    method = methods[0]
    pixels, inputs, sure = answers(subject, samples)
    chosen = chosen_classes(sure, wanted, torch.from_numpy(labels).to(sure.device))
    maps = _maps(subject, method, layers, inputs, chosen)
    checked = (chosen == sure.argmax(1, keepdim=True)).int().argmax(1)
    label = chosen.gather(1, checked.unsqueeze(1))
    mirrored = _maps(subject, method, layers, inputs.flip(3), label)
    kept, without = _regions_of_layers(probabilities_of(subject), inputs, _own(maps, checked), label[:, 0])
    found = {
        "images": seen(pixels),
        "chosen": chosen,
        "checked": checked,
        "predicted": sure.argmax(1),
        "confidence": sure,
        "raw_max": torch.stack([found.amax((2, 3)) for found in maps.values()], 2),
        "removed": torch.stack([_removed(found) for found in maps.values()], 2),
        "kept": kept,
        "without": without,
    }
    arrays = {name: value.cpu().numpy() for name, value in found.items()}
    arrays |= {f"map {name}": value.float().cpu().numpy() for name, value in maps.items()}
    for other in methods[1:]:
        found = _maps(subject, other, layers, inputs, chosen)
        arrays |= {f"{other}/{name}": value.float().cpu().numpy() for name, value in found.items()}
    flipped = {name: found[:, 0].clamp_min(0).flip(2) for name, found in mirrored.items()}
    return arrays | _agreements(maps, checked, flipped)


def _own(maps: dict[str, Tensor], checked: Tensor) -> dict[str, Tensor]:
    """The maps of the classes whose maps are checked, after the ReLU: ``[n, h, w]`` each."""
    images = torch.arange(len(checked), device=checked.device)
    return {name: found[images, checked].clamp_min(0) for name, found in maps.items()}


def _maps(
    subject: Subject, method: str, layers: Mapping[str, Layout], inputs: Tensor, chosen: Tensor
) -> dict[str, Tensor]:
    return class_maps(subject.networks, scores_of(subject), inputs, chosen, layers, method).maps


def _removed(maps: Tensor) -> Tensor:
    """The share of Σ|map| over positions that a ReLU takes away: ``[n, k]``, NaN for a map of zeros."""
    return maps.clamp_max(0).abs().sum((2, 3)) / maps.abs().sum((2, 3))


def _regions_of_layers(
    probabilities: Callable[[Tensor], Tensor], inputs: Tensor, maps: dict[str, Tensor], labels: Tensor
) -> tuple[Tensor, Tensor]:
    """``kept`` and ``without`` of ``CamResult``; NaN where a map of zeros has no region."""
    found = []
    for layer in maps.values():
        masks = regions(layer.float(), (inputs.shape[2], inputs.shape[3]))
        pair = torch.stack(confidences(probabilities, inputs, masks, labels)).float()
        found.append(torch.where(masks[0].any(2).any(1), pair, torch.nan))
    kept, without = torch.stack(found, 3).permute(0, 2, 3, 1)
    return kept, without


def _agreements(maps: dict[str, Tensor], checked: Tensor, flipped: dict[str, Tensor]) -> dict[str, np.ndarray]:
    """The rank correlations of ``CamResult``."""
    first = _own(maps, checked)
    by_class, by_flip = [], []
    for name, own in first.items():
        alike = spearman(_flat(own)[:, None], _flat(maps[name].clamp_min(0), 2))
        alike[np.arange(len(alike)), checked.cpu().numpy()] = np.nan
        by_class.append(known_mean(alike, 1))
        by_flip.append(spearman(_flat(own), _flat(flipped[name])))
    pairs = [_between_layers(a, b) for a, b in combinations(first.values(), 2)]
    layers = np.stack(pairs, 1) if pairs else np.full((len(by_flip[0]), 0), np.nan)
    return {
        "class_agreement": np.stack(by_class, 1).astype(np.float32),
        "layer_agreement": known_mean(layers, 1).astype(np.float32),
        "flip_agreement": np.stack(by_flip, 1).astype(np.float32),
    }


def _between_layers(a: Tensor, b: Tensor) -> np.ndarray:
    """Rank correlation ``[n]`` on the coarser of two grids, the finer averaged onto it."""
    size = (min(a.shape[1], b.shape[1]), min(a.shape[2], b.shape[2]))
    return spearman(*(_flat(F.adaptive_avg_pool2d(maps, size)) for maps in (a, b)))


def _flat(maps: Tensor, start: int = 1) -> np.ndarray:
    found: np.ndarray = maps.flatten(start).float().cpu().numpy()
    return found
