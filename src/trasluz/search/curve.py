"""Learning curves: one recipe trained with fewer and more images, on several folds, and the law its error follows.

The folder holds ``curve.yaml`` (the recipe, the sizes, the folds), the runs of all cells under ``runs/``, and what came
out.  A cell is a size and a fold; it is found by the hash of its recipe, as those of a study are.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import yaml
from pydantic import Field

from trasluz.components import configure
from trasluz.errors import RecipeError, RequestError, RunError
from trasluz.files import refuse_links_out, storage, write_bytes
from trasluz.messages import _
from trasluz.metrics.described import metric as described
from trasluz.metrics.learning_curve import FEWEST_SIZES, CurveFit, Estimate, fit_learning_curve
from trasluz.metrics.power_law import Spread
from trasluz.recipe import Recipe, from_dict
from trasluz.recipe.base import Section
from trasluz.recipe.fold import FoldSection
from trasluz.recipe.migrations import VERSION
from trasluz.recipe.text import read_yaml_file, write_yaml
from trasluz.search.folder import Cell

_FILE = "curve.yaml"
_USUAL = ("accuracy", "label_accuracy", "mse")  # the first that a run has is what its curve is of
_PER_CLASS = 5  # images of each class that the smallest size should have
_LEAST, _SHARE = 10, 64  # images of the smallest size, unless a 64th of all are more
_BAND, _BEYOND = 31, 10  # sizes at which the curve is drawn, up to the largest and from there on


class CurveAsked(Section):
    """``recipe``: complete; ``sizes``: numbers of training images, rising; ``folds``: how many of ``fold`` are trained;
    ``metric``: what the curve is of, the usual one where it is null."""

    version: int = VERSION
    recipe: dict[str, Any]
    sizes: Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(min_length=FEWEST_SIZES)]
    folds: Annotated[int, Field(ge=2)]
    fold: FoldSection
    metric: str | None = None

    def base(self) -> Recipe:
        """The recipe without its fold and limit.

        Raises:
            RecipeError: it is not valid.
        """
        return from_dict(self.recipe)

    def cells(self) -> list[Cell]:
        """All cells, one fold after the other, so that a curve that was stopped has a few folds whole.

        Raises:
            RecipeError: the recipe is not valid.
        """
        base = self.base()
        kept = {name: getattr(base.data.limits, name) for name in ("valid", "test")}
        return [
            Cell(
                str(size),
                fold,
                base.override(
                    {
                        "data.fold": self.fold.model_copy(update={"index": fold}).model_dump(),
                        "data.limit": {"train": size, **kept},
                    }
                ),
            )
            for fold in range(self.folds)
            for size in self.sizes
        ]


def sizes_between(most: int, count: int, classes: int) -> tuple[int, ...]:
    """``count`` numbers of images in geometric steps up to ``most``; fewer where steps would be below one image.

    Raises:
        RequestError: there are too few images for a curve.
    """
    least = max(_LEAST, _PER_CLASS * classes, most // _SHARE)
    sizes = np.unique(np.rint(np.geomspace(least, most, count)).astype(int)) if 2 * least <= most else np.empty(0)
    if len(sizes) < FEWEST_SIZES:
        message = _(
            "A learning curve needs more images: from {least} to at least {twice} for training in each fold; here are "
            "{most}."
        )
        raise RequestError(message.format(least=least, twice=2 * least, most=most))
    return tuple(int(size) for size in sizes)


def create_folder(runs: Path, asked: CurveAsked) -> Path:
    """A new folder ``<date>-curve-<recipe>-<short id>`` under ``runs``.

    Raises:
        StorageError: it cannot be written.
    """
    stamp = datetime.now().astimezone().strftime("%Y%m%d")
    path = runs / f"{stamp}-curve-{asked.recipe['name']}-{secrets.token_hex(3)}"
    with storage(path):
        (path / "runs").mkdir(parents=True)
    write_bytes(path / _FILE, write_yaml(asked.model_dump(mode="json")).encode())
    return path


def is_curve(path: Path) -> bool:
    """Whether ``path`` is the folder of a learning curve."""
    return (path / _FILE).is_file()


def open_folder(path: Path) -> CurveAsked:
    """What the learning curve in this folder was asked for.

    Raises:
        RunError: it is none, or its file is damaged.
    """
    refuse_links_out(path)
    try:
        tree = read_yaml_file(path / _FILE)
        if not isinstance(tree, dict):
            raise RecipeError(_("it is no mapping"))
        return configure(CurveAsked, tree, "")
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RequestError) as error:
        reason = str(error).splitlines()[0].rstrip(".")
        message = _("{path}: this is not the folder of a learning curve, or {file} is damaged: {reason}.")
        raise RunError(message.format(path=path, file=_FILE, reason=reason)) from None


@dataclass(frozen=True)
class CurveCell:
    """One training: with so many images, ``size``, its ``fold``, the metric's ``value`` on ``samples`` images of the
    fold, and the name of its ``run``."""

    size: int
    fold: int
    value: float
    samples: int
    run: str


@dataclass(frozen=True)
class LearningCurve:
    """``metric`` by number of training images: ``cells``; ``fit``: the law that its error follows, ``None`` while too
    few cells are done; ``wanted``: how many cells there will be; ``failed``: sizes and folds that diverged."""

    metric: str
    cells: tuple[CurveCell, ...]
    fit: CurveFit | None
    wanted: int
    failed: tuple[tuple[int, int], ...] = ()

    @property
    def largest(self) -> int:
        """The largest number of training images."""
        return max(cell.size for cell in self.cells)

    def value(self, size: float) -> Estimate:
        """The metric with so many images, by the law.

        Raises:
            ValueError: there is no law yet.
        """
        return self._of_error(self._law().error(size))

    def limit(self) -> Estimate:
        """The metric that no number of images would pass, by the law."""
        return self._of_error(self._law().floor())

    def gain(self, factor: float = 2.0) -> Estimate:
        """By how much ``factor`` times the largest number of images would change the metric for the better."""
        return self._law().gain(self.largest, factor)

    @property
    def tells_gain(self) -> bool:
        """Whether the law fits, and the interval of what twice the images would give leaves out that they would give
        nothing."""
        return self.fit is not None and self.fit.fits and self.gain().low > 0

    def band(self) -> list[tuple[float, Estimate]]:
        """The curve with its interval, from the smallest size that it holds for to twice the largest."""
        trained = np.geomspace(self._law().sizes[0], self.largest, _BAND)
        beyond = np.geomspace(self.largest, 2 * self.largest, _BEYOND)[1:]
        return [(float(size), self.value(float(size))) for size in (*trained, *beyond)]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for ``curve.json``."""
        plain: dict[str, Any] = {
            "metric": self.metric,
            "cells": [vars(cell) for cell in self.cells],
            "wanted": self.wanted,
            "failed": [list(one) for one in self.failed],
            "fit": None,
        }
        if self.fit is None:
            return plain
        law = self.fit.law
        fit = {"a": float(law.a), "b": float(law.b), "c": float(law.c), "at": law.at, "fits": self.fit.fits}
        fit |= {"sizes": self.fit.sizes.tolist(), "left_out": self.fit.left_out.tolist()}
        told = {"gain_of_twice": self.gain(), "with_twice": self.value(2 * self.largest), "limit": self.limit()}
        band = [{"size": size, **vars(value)} for size, value in self.band()]
        return {**plain, "fit": fit, **{name: vars(value) for name, value in told.items()}, "band": band}

    def _law(self) -> CurveFit:
        if self.fit is None:
            raise ValueError("too few cells are done for a law")
        return self.fit

    def _of_error(self, error: Estimate) -> Estimate:
        top, known = best_of(self.metric), described(self.metric)
        value = error if top is None else Estimate(top - error.value, top - error.high, top - error.low)
        least, most = (None, None) if known is None else known.bounds
        low, high = (-math.inf if least is None else least), (math.inf if most is None else most)
        return Estimate(*(min(max(number, low), high) for number in (value.value, value.low, value.high)))


def best_of(metric: str) -> float | None:
    """The best value of a metric of which more is better, 1 of a share; ``None`` where less is, and 0 the best.

    Raises:
        RequestError: the metric has no best value, so that no law says how it comes near to it.
    """
    known = described(metric)
    if known is not None and known.better == "higher" and known.bounds[1] is not None:
        return known.bounds[1]
    if known is not None and known.better == "lower" and (known.bounds[0] == 0 or known.kind == "share"):
        return None
    message = _(
        "--metric: {metric} has no best value that it could come near to; give one that has, such as accuracy, "
        "log_loss or mse."
    )
    raise RequestError(message.format(metric=metric))


def metric_of(measured: Sequence[Mapping[str, float]], asked: str | None) -> str:
    """The metric that the curve is of.

    Raises:
        RequestError: the runs do not have it.
    """
    common = [name for name in measured[0] if all(name in one for one in measured)]
    chosen = asked if asked is not None else next((name for name in _USUAL if name in common), None)
    if chosen is None or chosen not in common:
        message = _("--metric: no run has {metric}; measured are {known}.")
        raise RequestError(message.format(metric=chosen or ", ".join(_USUAL), known=", ".join(common)))
    best_of(chosen)
    return chosen


def make_curve(
    metric: str, cells: Sequence[CurveCell], wanted: int, failed: Sequence[tuple[int, int]] = ()
) -> LearningCurve:
    """The curve of what is done so far."""
    sizes, folds = (np.array([getattr(cell, name) for cell in cells]) for name in ("size", "fold"))
    fit = None
    if len(np.unique(sizes)) >= FEWEST_SIZES and len(np.unique(folds)) > 1:
        top, known = best_of(metric), described(metric)
        values = np.array([cell.value for cell in cells])
        kind: Spread = "share" if known is not None and known.kind == "share" else "positive"
        samples = float(np.median([cell.samples for cell in cells]))
        fit = fit_learning_curve(sizes, folds, values if top is None else top - values, kind, samples)
    return LearningCurve(metric, tuple(cells), fit, wanted, tuple(failed))
