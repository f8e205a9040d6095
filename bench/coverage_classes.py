"""Draws for intervals of a classifier: areas under the ROC curve, macro F1."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy.stats import norm

from bench.coverage_case import Case, Generator, Interval
from trasluz.metrics.classification import macro_f1_of
from trasluz.metrics.macro_intervals import macro_f1_interval, macro_f1_interval_of_labels
from trasluz.metrics.roc import auc_interval


def areas() -> list[Case]:
    def case(what: str, truth: float, share: float, ones: Any, zeros: Any) -> Case:
        def draw(rng: Generator, n: int) -> Interval:
            positive = np.arange(n) < max(round(share * n), 1)
            scores = np.where(positive, ones(rng, n), zeros(rng, n))
            return auc_interval(scores, positive)[1:]

        return Case(what, truth, draw)

    def unit(rng: Generator, n: int) -> np.ndarray:
        return rng.normal(size=n)

    def normal(apart: float, spread: float = 1.0) -> tuple[float, Any]:
        return float(norm.cdf(apart / math.hypot(1, spread))), lambda rng, n: rng.normal(apart, spread, n)

    cases = []
    sorts = [(1, 1, 0.5), (2, 1, 0.5), (2, 1, 0.1), (3.5, 1, 0.5), (3.5, 1, 0.1)]
    for apart, spread, share in (*sorts, (3, 3, 0.5), (2, 0.33, 0.5), (2, 0.33, 0.1)):
        truth, ones = normal(apart, spread)
        what = f"normal scores, {apart} apart, spreads 1 and {spread}, {100 * share:.0f} % positive"
        cases.append(case(what, truth, share, ones, unit))
    hard: Any = lambda hit: lambda rng, n: (rng.random(n) < hit).astype(float)  # noqa: E731
    cases.append(case("hard answers, 90 % and 90 % right, half positive", 0.9, 0.5, hard(0.9), hard(0.1)))
    return cases


def _population(classes: int, share: float, rarest: float, last: float) -> np.ndarray:
    """Probabilities of (true, predicted): the rarest class is ``rarest`` times as frequent as the first; the first is
    right with ``share``, the last with ``last``."""
    frequency, right = np.geomspace(1, rarest, classes), np.linspace(share, last, classes)
    confused = np.repeat((1 - right[:, None]) / max(classes - 1, 1), classes, axis=1)
    confused[np.diag_indices(classes)] = right
    found: np.ndarray = (frequency / frequency.sum())[:, None] * confused
    return found


def macro() -> list[Case]:
    """Macro F1 of one label per sample, and of several."""

    def case(classes: int, share: float, rarest: float, last: float) -> Case:
        population = _population(classes, share, rarest, last)
        truth = macro_f1_of(np.stack([np.diag(population), population.sum(0), population.sum(1)]))

        def draw(rng: Generator, n: int) -> Interval:
            return macro_f1_interval(rng.multinomial(n, population.ravel()).reshape(population.shape))

        even = "alike frequent" if rarest == 1 else f"the rarest {rarest:g} as frequent as the first"
        right = f"{100 * share:g} %" if share == last else f"{100 * share:g} to {100 * last:g} %"
        return Case(f"{classes} classes, {right} right, {even}", truth, draw)

    even = [(2, 0.9), (2, 0.99), (3, 0.7), (3, 0.95), (10, 0.9), (10, 0.99)]
    rare = [(3, 0.9, 0.1, 0.9), (10, 0.9, 0.1, 0.9), (4, 0.95, 0.05, 0.95), (5, 0.99, 0.05, 0.7), (3, 0.7, 0.1, 0.95)]
    cases = [*(case(classes, share, 1.0, share) for classes, share in even), *(case(*one) for one in rare)]
    return [*cases, case(10, 1.0, 1.0, 0.5), _of_labels(4, 0.3, 0.95), _of_labels(10, 0.05, 0.97)]


def _of_labels(labels: int, rarest: float, right: float) -> Case:
    """Labels that are true with 30 %, the last with ``rarest``, answered with a share of ``right`` ones."""
    true = np.geomspace(0.3, rarest, labels)

    def draw(rng: Generator, n: int) -> Interval:
        drawn = rng.random((n, labels)) < true
        return macro_f1_interval_of_labels(drawn, drawn ^ (rng.random((n, labels)) < 1 - right))

    truth = float((2 * true * right / (true + true * right + (1 - true) * (1 - right))).mean())
    shares = "30 %" if rarest == 0.3 else f"30 to {100 * rarest:g} %"
    return Case(f"{labels} labels per sample, {shares} true, {100 * right:g} % right", truth, draw)
