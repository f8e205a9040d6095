"""Probes: at which depth the classes can be read off, layer by layer (row 0.10 of the notebooks)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated

import numpy as np
import torch
from pydantic import Field
from torch import Tensor, nn

from trasluz.errors import DataError, RequestError
from trasluz.families.capabilities import GivesLogits, HasLayers
from trasluz.look.classes.probing import effective_rank, paired_difference, probe, settled_at
from trasluz.look.layers.activations import gather, mean_and_max, readable, run_through
from trasluz.look.maps.layouts import Layout
from trasluz.look.pictures import pictures
from trasluz.look.result import Result
from trasluz.look.shown import Shown
from trasluz.look.subject import Subject
from trasluz.messages import N_, _
from trasluz.metrics.clustered import hits_interval
from trasluz.recipe.base import Section
from trasluz.reporting import Reporter
from trasluz.rng import Rng

HELP = N_("At which depth the class can be read off: a linear probe on every layer, and what each layer adds.")
DEFAULT = True
_THROUGH = ("logits",)
_AFFINE = nn.modules.batchnorm._BatchNorm  # in use an affine map per channel: the same to a probe as what came in
_NOTHING_NEW = ("Flatten", "Unflatten", "Identity", "Dropout", "Dropout1d", "Dropout2d")  # in use: the numbers given
_FEWEST = 200  # samples that teach, and that test, at the least
_NUMBERS = 100_000_000  # numbers of the samples that teach, where that is fewer: a large network then takes seconds
_MEMORY = 400_000_000  # bytes of features kept at once
_RANKED = 1000  # rows of which the effective rank is found

Rows = Annotated[int, Field(ge=20, le=10_000)]


class Config(Section):
    """``train``: at most so many labelled training samples teach the probes; ``tested``: at most so many of the split
    test them, both drawn at random; unless said, of large samples only as many as hold 100 million numbers (664
    photographs of 224 pixels).  ``examples``: images shown per end of the depth."""

    train: Rows = 4_000
    tested: Rows = 4_000
    examples: Annotated[int, Field(ge=0, le=64)] = 10


@dataclass(frozen=True)
class ProbesResult(Result):
    """``layers``: names in order of computation; ``shapes`` of their outputs, channels first.

    Per layer: ``accuracy`` of the probe and its 95 % interval ``low``, ``high`` (Wilson's, by groups where the data
    have some), ``gain`` over the layer before with ``gain_low`` and ``gain_high`` (paired, by groups alike; the first
    layer's is over the most frequent class), all as shares float64 ``[layers]``; ``zeros``: share of its values that
    are exactly zero; ``rank``: effective rank of its means over positions; ``width``: how many those are.  ``own``:
    accuracy of the network itself.
    ``settled``: int64 ``[n]``, from which layer on a sample is right and stays right (the number of layers: never).
    ``taught`` and ``tested``: numbers of samples; ``split``: which tests.  ``majority``: accuracy of the most
    frequent class.  ``images``: uint8 ``[k, h, w, c]`` of some samples (empty without images) with ``image_depth``,
    their ``settled``, and ``image_class``, the names of their classes.
    ``dead``: int64 ``[layers]``, how many of the channels are zero everywhere in the ``examined`` samples of which
    zeros are counted (empty in a result from before there was such a count).
    """

    layers: tuple[str, ...]
    shapes: tuple[tuple[int, ...], ...]
    accuracy: np.ndarray
    low: np.ndarray
    high: np.ndarray
    gain: np.ndarray
    gain_low: np.ndarray
    gain_high: np.ndarray
    zeros: np.ndarray
    rank: np.ndarray
    width: np.ndarray
    own: float
    settled: np.ndarray
    taught: int
    tested: int
    split: str
    majority: float
    images: np.ndarray
    image_depth: np.ndarray
    image_class: tuple[str, ...]
    dead: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    examined: int = 0


RESULT = ProbesResult


def refusal(subject: Subject) -> str | None:
    """Needs scores, layers and one label per sample."""
    missing = subject.lacks("logits", "layers")
    if missing is None and (subject.spec.multi_label or not subject.spec.classes):
        return _("probes need exactly one label per sample")
    return missing


def compute(subject: Subject, images: Shown | None, config: Config, reporter: Reporter) -> ProbesResult:
    """Probes of all layers that lead to the scores, taught on training samples and tested on the split.

    Images that somebody chose have no labels, so they play no part.

    Raises:
        RequestError: there are too few labelled samples.
        DataError: a layer gives what is no number for some of them.
    """
    taught, tested = _rows(subject, config)
    known = np.asarray(subject.data.labels)
    truth, classes = known[tested], len(subject.spec.classes)
    names, right, ranks, widths = [], [], [], []
    candidates = _candidates(subject)
    given = subject.ask(HasLayers).layers(subject.networks)
    shapes = {name: layout.shape(given[name]) for name, layout in candidates.items()}
    with reporter.task(_("Probing layers"), total=len(candidates)) as task:
        for name, features in _features(subject, candidates, shapes, np.concatenate([taught, tested])):
            task.advance(note=name)
            if features is None:
                continue
            if not np.isfinite(features).all():
                message = _(
                    "look probes: for some samples {layer} gives no finite numbers, so nothing can be read there."
                )
                raise DataError(message.format(layer=name))
            said = probe(features[: len(taught)], known[taught], features[len(taught) :], classes)
            names.append(name)
            right.append(said == truth)
            widths.append(_width(shapes[name]))
            ranks.append(effective_rank(features[len(taught) :][:_RANKED, : widths[-1]]))
    hits = np.array(right)
    majority = np.bincount(known[taught], minlength=classes).argmax() == truth
    groups = subject.groups(tested)
    gains = np.array([paired_difference(a, b, groups) for a, b in zip([majority, *hits[:-1]], hits, strict=True)])
    bounds = np.array([hits_interval(row, groups) for row in hits])
    settled = settled_at(hits)
    counted = _zeros(subject, {name: candidates[name] for name in names}, tested[:_RANKED])
    shown = _examples(settled, len(names), config.examples) if subject.spec.kind == "image" else np.empty(0, np.int64)
    return ProbesResult(
        layers=tuple(names),
        shapes=tuple(shapes[name] for name in names),
        accuracy=hits.mean(1),
        low=bounds[:, 0],
        high=bounds[:, 1],
        gain=gains[:, 0],
        gain_low=gains[:, 1],
        gain_high=gains[:, 2],
        zeros=np.array([counted.zeros[name] / counted.values[name] for name in names]),
        rank=np.array(ranks),
        width=np.array(widths),
        own=_own(subject, tested, truth),
        settled=settled,
        taught=len(taught),
        tested=len(tested),
        split=subject.split,
        majority=float(majority.mean()),
        images=_pictures(subject, tested[shown]),
        image_depth=settled[shown],
        image_class=tuple(subject.spec.classes[label] for label in truth[shown]),
        dead=np.array([int((~counted.alive[name]).sum()) for name in names]),
        examined=min(len(tested), _RANKED),
    )


def _rows(subject: Subject, config: Config) -> tuple[np.ndarray, np.ndarray]:
    """Rows that teach and rows that test, labelled and drawn at random; none of them does both."""
    data = subject.data
    labels = np.full(len(data.samples), -1) if data.labels is None else np.asarray(data.labels)
    known = labels >= 0
    usual = max(_NUMBERS // math.prod(subject.spec.shape), _FEWEST)
    train, most = (
        asked if name in config.model_fields_set else min(asked, usual)
        for name, asked in (("train", config.train), ("tested", config.tested))
    )
    testing = _drawn(subject.rows[known[subject.rows]], "judged")
    teaching = _drawn(data.split("train"), "taught")
    teaching = teaching[known[teaching]]
    if subject.split == "train":
        half = len(testing) // 2
        testing = testing[: min(most, half)]
    testing = np.sort(testing[:most])
    teaching = np.sort(teaching[~np.isin(teaching, testing)][:train])
    if len(testing) < 2 or len(np.unique(labels[teaching])) < 2:
        raise RequestError(
            _("look probes: there are {taught} labelled training samples and {tested} to judge by; too few.").format(
                taught=len(teaching), tested=len(testing)
            )
        )
    return teaching, testing


def _drawn(rows: np.ndarray, purpose: str) -> np.ndarray:
    order: np.ndarray = Rng(0).permutation(f"probes-{purpose}", 0, len(rows)).numpy()
    return np.asarray(rows[order])


def _candidates(subject: Subject) -> dict[str, Layout]:
    """Layers that lead to the scores; what a probe could not tell from the layer before is found later."""
    modules = dict(subject.networks.named_modules())
    return {
        name: layout
        for name, layout in readable(subject, _THROUGH).items()
        if not isinstance(modules[name], _AFFINE) and type(modules[name]).__name__ not in _NOTHING_NEW
    }


def _features(
    subject: Subject, layers: Mapping[str, Layout], shapes: Mapping[str, tuple[int, ...]], rows: np.ndarray
) -> Iterator[tuple[str, np.ndarray | None]]:
    """Layer by layer its pooled features ``[n, d]``, as many layers per pass as fit; ``None`` for one that gives the
    numbers of the layer before, as flattening and dropout do."""
    samples = np.asarray(subject.data.samples[rows])
    before: np.ndarray | None = None
    for group in _groups(tuple(layers), shapes, len(rows)):
        found = gather(subject, samples, {name: layers[name] for name in group}, _pooled, _THROUGH)
        for name in group:
            features = found.pop(name)
            repeats = before is not None and before.shape == features.shape and np.array_equal(before, features)
            yield name, None if repeats else features
            before = features


def _pooled(output: Tensor) -> Tensor:
    return mean_and_max(output.float())


def _groups(layers: tuple[str, ...], shapes: Mapping[str, tuple[int, ...]], count: int) -> Iterator[tuple[str, ...]]:
    """Layers in order, in groups whose features fit in memory together."""
    group: list[str] = []
    used = 0
    for layer in layers:
        need = count * 4 * 2 * _width(shapes[layer])
        if group and used + need > _MEMORY:
            yield tuple(group)
            group, used = [], 0
        group.append(layer)
        used += need
    if group:
        yield tuple(group)


def _width(shape: tuple[int, ...]) -> int:
    """How many numbers a mean over positions has: channels of maps, features of steps or tokens."""
    return shape[-1] if len(shape) == 2 else shape[0]


@dataclass
class _Zeros:
    """Counts of values that pass, by layer, and which channels were ever anything else than zero."""

    zeros: dict[str, int] = field(default_factory=dict)
    values: dict[str, int] = field(default_factory=dict)
    alive: dict[str, Tensor] = field(default_factory=dict)

    def see(self, layer: str, output: Tensor) -> None:
        channel = output.ndim - 1 if output.ndim == 3 else 1  # of tokens the last axis, of maps the second
        rest = [axis for axis in range(output.ndim) if axis != channel]
        # Summed as floats, which is several times faster than integers, and exact as long as they count this far.
        exact = output.numel() // output.shape[channel] < 2**24
        passing = (output != 0).to(torch.float32 if exact else torch.float64).sum(rest).double().cpu()
        self.alive[layer] = (passing > 0) | self.alive.get(layer, torch.zeros_like(passing, dtype=torch.bool))
        self.zeros[layer] = self.zeros.get(layer, 0) + output.numel() - int(passing.sum())
        self.values[layer] = self.values.get(layer, 0) + output.numel()


def _zeros(subject: Subject, layers: Mapping[str, Layout], rows: np.ndarray) -> _Zeros:
    counted = _Zeros()
    run_through(subject, np.asarray(subject.data.samples[rows]), layers, counted.see, _THROUGH)
    return counted


def _own(subject: Subject, rows: np.ndarray, truth: np.ndarray) -> float:
    """Accuracy of the network's own scores."""
    scores = subject.over(
        np.asarray(subject.data.samples[rows]),
        lambda inputs, _unit: subject.ask(GivesLogits).logits(subject.networks, inputs),
    )
    return float((scores.argmax(1) == truth).mean())


def _examples(settled: np.ndarray, layers: int, count: int) -> np.ndarray:
    """Places of the samples that were decided first, of those decided last, and of those that never were."""
    order = np.argsort(settled, kind="stable")
    decided = order[settled[order] < layers]
    early, late = decided[:count], decided[count:][-count:]
    return np.concatenate([early, late, order[settled[order] == layers][:count]])


def _pictures(subject: Subject, rows: np.ndarray) -> np.ndarray:
    if not len(rows):
        return np.empty((0, 1, 1, 1), np.uint8)
    return pictures(subject, np.asarray(subject.data.samples[rows]))
