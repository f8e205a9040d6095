"""Whether heat maps of this model can be trusted: once per model, on demand.

Maps are compared with those of networks of the same build with random weights, which know nothing (Adebayo et al.
2018): by rank correlation, and by how much more complex the others are (efficient MPRT, Hedström et al. 2023).  Then
pixels go and come in the order in which the maps rank them (``pixel_removal``), beside a random and a centred order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal

import numpy as np
import torch
from pydantic import Field
from torch import Tensor

from trasluz.errors import RecipeError, RequestError
from trasluz.families.capabilities import GivesLogits
from trasluz.look import cams, saliencies
from trasluz.look.checks.agreement import spearman
from trasluz.look.checks.map_checks import enlarged
from trasluz.look.checks.map_complexity import histogram_entropy, relative_rise
from trasluz.look.checks.pixel_removal import ROAD_SHARES, Baseline, Curves, Scorer, removal_curves
from trasluz.look.checks.randomised import randomised
from trasluz.look.checks.verdicts import FEWEST
from trasluz.look.layers.operations import operations
from trasluz.look.looks import saliency
from trasluz.look.maps.class_maps import class_maps
from trasluz.look.maps.explaining import answers, batch_size, labels_of, one_is_a_list, probabilities_of, scores_of
from trasluz.look.maps.layouts import Layout
from trasluz.look.maps.map_layers import resolve, stages
from trasluz.look.pictures import seen
from trasluz.look.result import Result
from trasluz.look.shown import Shown
from trasluz.look.subject import Subject
from trasluz.messages import N_, _, did_you_mean
from trasluz.recipe.base import Section
from trasluz.reporting import Reporter
from trasluz.rng import Rng

HELP = N_("Whether heat maps of this model can be trusted: beside random networks, and with pixels removed.")
DEFAULT = False
_USUAL = ("grad-cam", "saliency", "guided-backprop")
_EXAMPLES = 4
_MOST = 64  # images, unless more are asked for
_BUDGET = 1.6e12  # operations; about 35 s at the 45·10⁹ a second that one core was measured to do here
_GRADIENT = 3  # passes that a map with its gradient costs
_AT_ONCE = 8  # about as many orders of pixels are tried on each image at a time
Maps = tuple[Tensor, Tensor]


class Config(Section):
    """``methods``: names of ``look/cams`` and ``look/saliencies``; ``usual``: Grad-CAM where the network has maps, the
    gradient, and guided backpropagation where it has ReLUs.  ``layer``: where class activation maps are taken, ``last``
    or a name.  ``count``: images, classes in turns, where none are given; by default 64, or as few as cost about half
    a minute of one processor core, though never fewer than are needed to conclude anything.
    ``random_networks``: how many.  ``steps``: of deletion and insertion.  ``baseline``: what stands where a pixel is
    gone: the ``mean`` of the image's channel, or the image under a strong ``blur``.
    """

    methods: Annotated[Literal["usual"] | tuple[str, ...], one_is_a_list("usual")] = "usual"
    layer: str = "last"
    count: Annotated[int, Field(ge=2, le=2000)] | None = None
    random_networks: Annotated[int, Field(ge=2, le=100)] = 5
    steps: Annotated[int, Field(ge=2, le=200)] = 10
    baseline: Baseline = "mean"


@dataclass(frozen=True)
class TrustResult(Result):
    """m methods, r random networks, n images, of which the predicted class is explained.

    ``layer``: of the class activation maps, "" where there are none.  ``alike``: float64 ``[m, r, n]``, rank
    correlation of the map with that of a random network.  ``rise``: ``[m, r, n]``, by which share that one is more
    complex.  ``deletion``, ``insertion``: float32 ``[m, 3, n, steps + 1]``; ``road``: float32 ``[m, 3, n, shares]``
    (``pixel_removal.Curves``).  ``right``: bool ``[n]``, whether the model is, with all pixels; ``labelled``: whether
    that is by labels, or (True for all) by what it says of the whole image; ``majority``: share of the most frequent
    label.  ``groups``: int64 ``[n]``, which images belong together; empty where each is by itself.

    Of e images from among all: ``images`` uint8 ``[e, h, w, c]``, ``names``, and ``examples``: method → float32
    ``[e, 2, h', w']``, the map and that of a random network, not negative.
    """

    methods: tuple[str, ...]
    layer: str
    baseline: str
    split: str
    labelled: bool
    majority: float
    right: np.ndarray
    alike: np.ndarray
    rise: np.ndarray
    deletion: np.ndarray
    insertion: np.ndarray
    road: np.ndarray
    names: tuple[str, ...]
    images: np.ndarray
    examples: dict[str, np.ndarray]
    groups: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))


RESULT = TrustResult


def refusal(subject: Subject) -> str | None:
    """Models without class scores have no heat maps."""
    return saliency.refusal(subject)


@dataclass(frozen=True)
class _Task:
    """What does not change from batch to batch: methods, the layer of class activation maps (no entry where there are
    none), and subjects with random networks, which have the same layers."""

    subject: Subject
    random: tuple[Subject, ...]
    methods: tuple[str, ...]
    layers: Mapping[str, Layout]
    config: Config
    examples: np.ndarray


def compute(subject: Subject, images: Shown | None, config: Config, reporter: Reporter) -> TrustResult:
    """The comparison and the curves, in batches of images.

    Raises:
        RecipeError: there is no such method.
        RequestError: there is no such layer, or a method does not fit the network.
    """
    methods = _methods(subject, config)
    shown = subject.pick(config.count or _affordable(subject, config, len(methods))) if images is None else images
    layers = _layers(subject, config, methods)
    size, labels = max(batch_size(subject) // _AT_ONCE, 1), labels_of(shown)
    random = _random(subject, config.random_networks, shown.samples[: batch_size(subject)])
    examples = np.unique(np.linspace(0, len(shown) - 1, _EXAMPLES).round().astype(np.int64))
    task = _Task(subject, random, methods, layers, config, examples)
    known, parts = bool((labels >= 0).all()), []
    with reporter.task(_("Checking heat maps"), total=len(shown) * len(methods)) as progress:
        for start in range(0, len(shown), size):
            rows = np.arange(start, min(start + size, len(shown)))
            parts.append(_part(task, shown.samples[rows], labels[rows] if known else None, torch.from_numpy(rows)))
            progress.advance(len(rows) * len(methods))
    joined = {name: np.concatenate([part[name] for part in parts], _axis(name)) for name in parts[0]}
    first = {name: joined.pop(f"example {name}") for name in methods}
    return TrustResult(
        methods=methods,
        layer=next(iter(layers), ""),
        baseline=config.baseline,
        split=subject.split if images is None else "",
        labelled=known,
        majority=float(np.bincount(labels).max() / len(labels)) if known else float("nan"),
        names=tuple(shown.names[index] for index in examples),
        examples=first,
        groups=shown.groups,
        **joined,
    )


def _affordable(subject: Subject, config: Config, methods: int) -> int:
    """How many images are looked at where nobody said: by the operations of the passes through the network that each
    costs, not by the clock, so that the same run has the same number everywhere."""
    orders = 3 * (2 * config.steps + len(ROAD_SHARES))
    passes = methods * ((1 + config.random_networks) * _GRADIENT + orders)
    cost = passes * max(operations(subject), 1)
    return int(np.clip(_BUDGET // cost, FEWEST, _MOST))


def _axis(name: str) -> int:
    """Along which axis a field of ``_part`` counts images."""
    return 2 if name in ("alike", "rise", "deletion", "insertion", "road") else 0


def _methods(subject: Subject, config: Config) -> tuple[str, ...]:
    known = (*cams.methods(), *saliencies.methods())
    if config.methods != "usual":
        for name in config.methods or ("",):
            if name not in known:
                hint = did_you_mean(name, known)
                message = _("methods: there is no {name!r}; allowed: {allowed}.")
                raise RecipeError(message.format(name=name, allowed=", ".join(known)) + hint)
        return tuple(dict.fromkeys(config.methods))
    has_maps = subject.can("layers") and bool(stages(subject))
    has_relus = any(isinstance(module, torch.nn.ReLU) for module in subject.networks.modules())
    fits = {"grad-cam": has_maps, "guided-backprop": has_relus}
    return tuple(name for name in _USUAL if fits.get(name, True))


def _layers(subject: Subject, config: Config, methods: tuple[str, ...]) -> dict[str, Layout]:
    if not set(methods) & set(cams.methods()):
        return {}
    reason = subject.lacks("layers")
    needed = any(cams.find(name).NEEDS == "gradients" for name in set(methods) & set(cams.methods()))
    found = {}
    if reason is None:
        found = resolve(subject, "last" if config.layer == "last" else (config.layer,), gradients=needed)
    if not found:
        reason = reason or _("no convolution with a map larger than one pixel leads to the scores")
        raise RequestError(_("look {name}: {reason}.").format(name="trust", reason=reason))
    return found


def _random(subject: Subject, count: int, samples: np.ndarray) -> tuple[Subject, ...]:
    """Subjects whose networks have learned nothing."""
    inputs = subject.inputs(samples)

    def forward(networks: torch.nn.ModuleDict) -> object:
        return subject.ask(GivesLogits).logits(networks, inputs)

    settle = forward if len(inputs) > 1 else None  # of one image a batch normalisation makes zeros
    made = [randomised(subject.networks, Rng(0).child("trust", number), settle) for number in range(count)]
    return tuple(replace(subject, model=subject.model.with_networks(networks)) for networks in made)


def _part(task: _Task, samples: np.ndarray, truth: np.ndarray | None, positions: Tensor) -> dict[str, np.ndarray]:
    """Fields of ``TrustResult`` for images computed at once; examples of a method are called ``example NAME``."""
    subject = task.subject
    pixels, inputs, sure = answers(subject, samples)
    positions, predicted = positions.to(inputs.device), sure.argmax(1)
    right = predicted.clone() if truth is None else torch.from_numpy(truth).to(predicted.device)
    kept = torch.from_numpy(np.isin(positions.cpu().numpy(), task.examples)).to(pixels.device)
    found: dict[str, Any] = {"images": seen(pixels[kept]).cpu().numpy()}
    found["right"] = (right == predicted).cpu().numpy()
    size, own = (pixels.shape[2], pixels.shape[3]), []
    columns: dict[str, list[np.ndarray]] = {name: [] for name in ("alike", "rise", "deletion", "insertion", "road")}
    for method in task.methods:
        maps = maps_of(subject, method, task.layers, inputs, predicted, positions)
        random = [maps_of(of, method, task.layers, inputs, predicted, positions) for of in task.random]
        for name, values in _beside_random(maps, random, size).items():
            columns[name].append(values)
        own.append(maps[0])
        found[f"example {method}"] = torch.stack([maps[0], random[0][0]], 1)[kept].cpu().numpy()
    for curves in curves_of(subject, pixels, own, predicted, right, positions, task.config):
        for name in ("deletion", "insertion", "road"):
            columns[name].append(getattr(curves, name))
    return found | {name: np.stack(values) for name, values in columns.items()}


def maps_of(
    subject: Subject, method: str, layers: Mapping[str, Layout], inputs: Tensor, labels: Tensor, positions: Tensor
) -> Maps:
    """The map of each image for its own class of ``labels`` ``[n]``, float32 ``[n, h', w']``: as people see it, not
    negative; and with its signs.  Of a class activation map, at the one of ``layers``, the former is the positive part.
    """
    classes = labels.unsqueeze(1)
    if method in cams.methods():
        (found,) = class_maps(subject.networks, scores_of(subject), inputs, classes, layers, method).maps.values()
        signed = found[:, 0].float()
        return signed.clamp_min(0), signed
    chosen = saliencies.choose(method)
    values = chosen.attribute(saliency.explained_of(subject), inputs, classes, positions)
    return values.strength(chosen.method.ADDS_UP)[:, 0].float(), values.signed()[:, 0].float()


def curves_of(
    subject: Subject,
    pixels: Tensor,
    maps: Sequence[Tensor],
    labels: Tensor,
    truth: Tensor,
    positions: Tensor,
    config: Config,
) -> list[Curves]:
    """The curves of any maps of these images."""
    judge = Scorer(probabilities_of(subject), subject.preprocess.normalise, labels, truth, positions)
    return removal_curves(judge, pixels, maps, steps=config.steps, baseline=config.baseline)


def _beside_random(own: Maps, random: list[Maps], size: tuple[int, int]) -> dict[str, np.ndarray]:
    """``alike`` of the maps as seen, and ``rise`` of those with signs, ``[r, n]`` each, on the image's grid."""

    def grown(maps: Tensor) -> np.ndarray:
        found: np.ndarray = enlarged(maps, size).cpu().numpy()
        return found

    shown, others = grown(own[0]), np.stack([grown(each[0]) for each in random])
    complexity = histogram_entropy(np.stack([grown(each[1]) for each in (own, *random)]))
    return {
        "alike": spearman(shown.reshape(1, len(shown), -1), others.reshape(*others.shape[:2], -1)),
        "rise": relative_rise(complexity[:1], complexity[1:]),
    }
