"""Draws for intervals of distances between sets: KID, and MMD² of codes from the prior."""

from __future__ import annotations

from typing import Any

import numpy as np

from bench.coverage_case import Case, Draw, Generator, Interval
from trasluz.metrics.kid import kid
from trasluz.metrics.latent import prior_mmd
from trasluz.rng import Rng


def kernels() -> list[Case]:
    width = 8

    def rectified(level: float) -> Draw:
        return lambda rng, n: np.maximum(rng.normal(level, 1, (n, width)), 0)

    def gaussian(level: float, spread: float = 1.0) -> Draw:
        return lambda rng, n: rng.normal(level, spread, (n, width))

    def case(what: str, first: Any, second: Any, truth: float | None = None) -> Case:
        known = _distance(first, second) if truth is None else truth
        return Case(what, known, lambda rng, n: kid(first(rng, n), second(rng, n))[1:])

    return [
        case("equal, normal", gaussian(0), gaussian(0), 0.0),
        case("equal, rectified (as features are)", rectified(0.2), rectified(0.2), 0.0),
        case("near, normal, 0.1 apart", gaussian(0.1), gaussian(0)),
        case("far, normal, 0.5 apart", gaussian(0.5), gaussian(0)),
        case("far, rectified", rectified(1.0), rectified(0.2)),
        case("narrower, normal", gaussian(0, 0.7), gaussian(0)),
    ]


def _distance(first: Any, second: Any) -> float:
    """MMD² under the cubic kernel, by many independent rows."""
    rng, found = np.random.default_rng(1), []
    for _part in range(12):
        found.append(kid(first(rng, 4000), second(rng, 4000))[0])
    return float(np.mean(found))


def priors() -> list[Case]:
    def case(what: str, level: float, spread: float) -> Case:
        rng, parts = np.random.default_rng(2), [0.0]
        if level != 0 or spread != 1:
            parts = [prior_mmd(rng.normal(level, spread, (4000, 4)), Rng(0))[0] for _part in range(12)]
        truth = float(np.mean(parts))

        def draw(rng: Generator, n: int) -> Interval:
            return prior_mmd(rng.normal(level, spread, (n, 4)), Rng(0))[1]

        return Case(what, truth, draw)

    return [case("codes as the prior", 0, 1), case("codes shifted by 0.5", 0.5, 1), case("codes half as wide", 0, 0.5)]
