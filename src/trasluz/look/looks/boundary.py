"""Boundary: which class a model of two features chooses at every place of the plane, and a perceptron's way to its line
(row 4.1 of the notebooks)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

import numpy as np
from pydantic import Field

from trasluz.families.capabilities import Classifies, GivesLogits, RemembersWeights
from trasluz.look.classes.borders import borders
from trasluz.look.result import Result
from trasluz.look.shown import Shown
from trasluz.look.subject import Subject
from trasluz.messages import N_, _
from trasluz.numerals import integer
from trasluz.recipe.base import Section
from trasluz.reporting import Reporter

HELP = N_("The regions of the classes of a model of two features, and a perceptron's way there.")
DEFAULT = True
_AROUND = 0.08  # of the points' extent, on every side


class Config(Section):
    """``grid``: places along each feature at which the model is asked.  ``points``: at most so many of each split."""

    grid: Annotated[int, Field(ge=2, le=500)] = 121
    points: Annotated[int, Field(ge=1, le=20_000)] = 1000


@dataclass(frozen=True)
class BoundaryResult(Result):
    """``features``: the names of both; ``classes``.  ``across`` and ``up``: float64 ``[grid]``, places along the first
    and the second feature, in the table's own units.

    ``winner``: int64 ``[grid, grid]`` (second feature, first feature), the class chosen there; ``confidence``: float32,
    its probability.  ``border``: float64 ``[pieces, 2, 2]``, the ends of straight pieces between the regions, each
    (first, second feature).  ``points``: float64 ``[n, 2]`` with ``labels`` (−1: unknown) and ``said``, int64 ``[n]``;
    ``taught``: bool ``[n]``, points that taught the model, others are of ``split``.

    Of the way of a perceptron, else empty: ``weights`` float64 ``[k, units, 2]`` and ``bias`` ``[k, units]`` after each
    of the first k of ``total`` updates, in the table's own units: a unit's line is w·x + b = 0.  ``epochs`` int64
    ``[k]`` from 0, and ``movers`` float64 ``[k, 2]``, the points that caused them.
    """

    features: tuple[str, ...]
    classes: tuple[str, ...]
    across: np.ndarray
    up: np.ndarray
    winner: np.ndarray
    confidence: np.ndarray
    border: np.ndarray
    points: np.ndarray
    labels: np.ndarray
    said: np.ndarray
    taught: np.ndarray
    split: str
    weights: np.ndarray
    bias: np.ndarray
    epochs: np.ndarray
    movers: np.ndarray
    total: int


RESULT = BoundaryResult


def refusal(subject: Subject) -> str | None:
    """Needs a classifier of tables with two features, and one label per row."""
    missing = subject.lacks("classify")
    if missing is not None:
        return missing
    if subject.spec.kind != "table" or subject.spec.shape != (2,):
        values = int(np.prod(subject.spec.shape))
        return _("a plane has room for two features, but these data have {n}").format(n=integer(values))
    return _("rows with several labels have no region of their own") if subject.spec.multi_label else None


def compute(subject: Subject, images: Shown | None, config: Config, reporter: Reporter) -> BoundaryResult:
    """What the model says on a grid around the points and at each of them; rows that somebody gives stand for those of
    the split."""
    points, labels, taught = _points(subject, images, config)
    across, up = (_places(points[:, feature], config.grid) for feature in range(2))
    plane = np.stack(np.meshgrid(across, up), -1).reshape(-1, 2)
    sure = _probabilities(subject, plane)
    winner = sure.argmax(1).reshape(config.grid, config.grid)
    path = _path(subject)
    return BoundaryResult(
        features=subject.data.features,
        classes=subject.spec.classes,
        across=across,
        up=up,
        winner=winner,
        confidence=sure.max(1).reshape(config.grid, config.grid),
        border=borders(winner, _scores(subject, plane, sure).reshape(*winner.shape, -1), across, up),
        points=points,
        labels=labels,
        said=_probabilities(subject, points).argmax(1),
        taught=taught,
        split=subject.split if images is None else "",
        weights=path.weights,
        bias=path.bias,
        epochs=path.epochs,
        movers=path.movers,
        total=path.total,
    )


def _points(subject: Subject, images: Shown | None, config: Config) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Points, labels, and which taught the model; rows in which a value is missing are left out."""
    shown = subject.pick(config.points) if images is None else images
    samples, labels, taught = shown.samples, shown.labels, np.zeros(len(shown), bool)
    if subject.split != "train" or images is not None:
        rows = subject.data.split("train")[: config.points]
        known = subject.take(rows)
        samples = np.concatenate([samples, known.samples])
        labels = np.concatenate([labels, known.labels])
        taught = np.concatenate([taught, np.ones(len(known), bool)])
    whole = np.isfinite(samples).all(1)
    return np.asarray(samples[whole], np.float64), np.asarray(labels[whole]), taught[whole]


def _places(values: np.ndarray, count: int) -> np.ndarray:
    """Evenly over the extent of ``values`` and a little around it."""
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
    extent = high - low or max(abs(high), 1.0)
    return np.linspace(low - _AROUND * extent, high + _AROUND * extent, count)


def _probabilities(subject: Subject, points: np.ndarray) -> np.ndarray:
    """Of each class, float32 ``[n, classes]``."""
    if not len(points):
        return np.zeros((0, len(subject.spec.classes)), np.float32)
    stored = points.astype(subject.data.samples.dtype)
    return subject.over(stored, lambda inputs, _unit: subject.ask(Classifies).classify(subject.networks, inputs))


def _scores(subject: Subject, points: np.ndarray, sure: np.ndarray) -> np.ndarray:
    """What the classes are chosen by: scores where the model has them, which are linear in more models, else the
    logarithms of the probabilities ``sure``; ``[n, classes]``."""
    if not subject.can("logits"):
        return np.asarray(np.log(np.maximum(sure, np.finfo(np.float32).tiny)))
    stored = points.astype(subject.data.samples.dtype)
    return subject.over(stored, lambda inputs, _unit: subject.ask(GivesLogits).logits(subject.networks, inputs))


@dataclass(frozen=True)
class _Path:
    """The fields of ``BoundaryResult`` that tell of a perceptron's way; empty for other models."""

    weights: np.ndarray = field(default_factory=lambda: np.zeros((0, 1, 2)))
    bias: np.ndarray = field(default_factory=lambda: np.zeros((0, 1)))
    epochs: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    movers: np.ndarray = field(default_factory=lambda: np.zeros((0, 2)))
    total: int = 0


def _path(subject: Subject) -> _Path:
    if not subject.can("weight_path"):
        return _Path()
    path = subject.ask(RemembersWeights).weight_path(subject.networks)
    mean = np.array(subject.preprocess.mean or (0.0, 0.0))
    std = np.array(subject.preprocess.std or (1.0, 1.0))
    weights = path.weights.double().cpu().numpy() / std  # w·(x − mean) / std + b, sorted by x
    bias = path.bias.double().cpu().numpy() - weights @ mean
    movers = np.asarray(subject.data.samples[path.rows.cpu().numpy()], np.float64)
    return _Path(weights, bias, path.epochs.cpu().numpy(), movers, path.total)
