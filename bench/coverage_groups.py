"""Draws for intervals where samples come in groups: as many groups as are asked for, of 2 to 10 samples each."""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import NormalDist

import numpy as np

from bench.coverage_case import Case, Generator, Interval
from trasluz.metrics.clustered import any_mean, clustered_share, jackknife
from trasluz.metrics.kid import kid
from trasluz.metrics.latent import prior_mmd
from trasluz.metrics.paired import paired_proportions
from trasluz.metrics.roc import auc_interval_by_groups
from trasluz.rng import Rng

GROUPS = (10, 20, 60)
_WIDTH = 5  # of features


def _groups(rng: Generator, count: int) -> np.ndarray:
    return np.repeat(np.arange(count), rng.integers(2, 11, count))


def _alike(rng: Generator, groups: np.ndarray, alike: float) -> np.ndarray:
    """Normal numbers ``[n]`` of variance 1, of which the share ``alike`` is the group's."""
    return math.sqrt(alike) * rng.normal(size=groups[-1] + 1)[groups] + math.sqrt(1 - alike) * rng.normal(
        size=len(groups)
    )


def _share(share: float, alike: float) -> Case:
    def draw(rng: Generator, count: int) -> Interval:
        groups = _groups(rng, count)
        return clustered_share(_alike(rng, groups, alike) < NormalDist().inv_cdf(share), groups)

    return Case(f"right with {share}, alike {alike}", share, draw)


def _paired(first: float, second: float, alike: float) -> Case:
    def draw(rng: Generator, count: int) -> Interval:
        groups = _groups(rng, count)
        shared, own, other = (_alike(rng, groups, alike) for _part in range(3))
        right = [
            (shared + each) / math.sqrt(2) < NormalDist().inv_cdf(p) for each, p in ((own, first), (other, second))
        ]
        return paired_proportions(right[0], right[1], groups)[1:]

    return Case(f"paired: {first} right beside {second}, alike {alike}", first - second, draw)


def _mean(what: str, truth: float, values: Callable[[np.ndarray], np.ndarray], alike: float) -> Case:
    def draw(rng: Generator, count: int) -> Interval:
        groups = _groups(rng, count)
        found = values(_alike(rng, groups, alike))
        if truth == 0:
            return any_mean(found, groups)[1:]
        return jackknife(lambda at: float(found[at].mean()), groups, "positive") or (-math.inf, math.inf)

    return Case(f"{what}, alike {alike}", truth, draw)


def _area(apart: float, alike: float) -> Case:
    def draw(rng: Generator, count: int) -> Interval:
        groups = _groups(rng, count)
        positive = groups % 2 == 1
        return auc_interval_by_groups(apart * positive + _alike(rng, groups, alike), positive, groups)

    truth = NormalDist().cdf(apart / math.sqrt(2))
    return Case(f"area under the ROC curve, {apart:g} apart, alike {alike}, a class per group", truth, draw)


def _rows(rng: Generator, groups: np.ndarray, apart: float, alike: float) -> np.ndarray:
    return apart + np.stack([_alike(rng, groups, alike) for _column in range(_WIDTH)], 1)


def _kernel(apart: float, alike: float) -> Case:
    rng, truth = np.random.default_rng(1), 0.0
    if apart:
        truth = float(np.mean([kid(*_independent(rng, apart))[0] for _part in range(12)]))

    def draw(rng: Generator, count: int) -> Interval:
        groups = _groups(rng, count)
        made = rng.normal(size=(200, _WIDTH))
        return kid(made, _rows(rng, groups, apart, alike), groups=(None, groups))[1:]

    return Case(f"KID of 200 samples beside groups, {apart:g} apart, alike {alike}", truth, draw)


def _independent(rng: Generator, apart: float) -> tuple[np.ndarray, np.ndarray]:
    return rng.normal(size=(4000, _WIDTH)), apart + rng.normal(size=(4000, _WIDTH))


def _prior(apart: float, alike: float) -> Case:
    rng, truth = np.random.default_rng(2), 0.0
    if apart:
        truth = float(np.mean([prior_mmd(_independent(rng, apart)[1], Rng(0))[0] for _part in range(12)]))

    def draw(rng: Generator, count: int) -> Interval:
        groups = _groups(rng, count)
        return prior_mmd(_rows(rng, groups, apart, alike), Rng(0), groups=groups)[1]

    return Case(f"MMD² of codes from the prior, {apart:g} apart, alike {alike}", truth, draw)


def groups() -> list[Case]:
    return [
        _share(0.8, 0.0),
        _share(0.8, 0.5),
        _share(0.95, 0.5),
        _paired(0.9, 0.8, 0.5),
        _mean("mean of log-normal errors, σ 0.5", math.exp(0.125), lambda found: np.exp(0.5 * found), 0.5),
        _mean("mean without bounds, normal", 0.0, lambda found: found, 0.5),
        _area(1, 0.5),
        _area(2.5, 0.5),
        _kernel(0, 0.5),
        _kernel(0.5, 0.5),
        _prior(0, 0.5),
        _prior(0.5, 0.5),
    ]
