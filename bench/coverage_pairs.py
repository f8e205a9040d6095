"""Draws for intervals of differences between two models on the same samples."""

from __future__ import annotations

import math

import numpy as np

from bench.coverage_case import Case, Generator, Interval
from trasluz.metrics.classification import macro_f1_of
from trasluz.metrics.paired import paired_means, paired_proportions, paired_scores
from trasluz.metrics.paired_macro import paired_macro_f1, paired_macro_f1_of_labels


def pairs() -> list[Case]:
    def proportions(own: float, other: float, both: float) -> Case:
        cells = [both, own - both, other - both, 1 - own - other + both]

        def draw(rng: Generator, n: int) -> Interval:
            cell = rng.choice(4, n, p=cells)
            return paired_proportions(cell <= 1, (cell == 0) | (cell == 2))[1:]

        return Case(f"accuracy {own} beside {other}", own - other, draw)

    def scores(what: str, gain: float, spread: float) -> Case:
        def draw(rng: Generator, n: int) -> Interval:
            hard = rng.beta(8, 2, n)
            return paired_scores((hard + rng.normal(gain, spread, n)), hard)[1:]

        return Case(what, gain, draw)

    def errors(rng: Generator, n: int) -> Interval:
        hard = rng.lognormal(0, 0.6, n)
        return paired_means(hard * rng.lognormal(-0.02, 0.2, n), hard)[1:]

    def labels(rng: Generator, n: int) -> Interval:
        hard = rng.beta(9, 1, n)
        return paired_scores(rng.binomial(5, hard) / 5, rng.binomial(5, hard * 0.95) / 5)[1:]

    return [
        proportions(0.95, 0.9, 0.88),
        proportions(0.99, 0.98, 0.975),
        proportions(0.8, 0.7, 0.65),
        scores("structure, +0.01 ± 0.02", 0.01, 0.02),
        scores("structure, +0.05 ± 0.1", 0.05, 0.1),
        Case("5 labels, 90 % right beside 85.5 %", 0.045, labels),
        Case("squared errors, log-normal", math.exp(0.18) * (math.exp(-0.02 + 0.02) - 1), errors),
        *_macro(),
    ]


def _macro() -> list[Case]:
    """Macro F1 of two classifiers, and of two that name several labels per sample."""

    def case(what: str, classes: int, rarest: float, cells: tuple[float, ...]) -> Case:
        population = _population(classes, rarest, cells)
        truth = _macro_f1(population.sum(2)) - _macro_f1(population.sum(1))

        def draw(rng: Generator, n: int) -> Interval:
            drawn = rng.choice(population.size, n, p=population.ravel())
            true, own, other = np.unravel_index(drawn, population.shape)
            return paired_macro_f1(own, other, true, classes)[1:]

        return Case(what, truth, draw)

    return [
        case("macro F1 of 3 classes, 0.9 beside 0.8", 3, 1.0, (0.765, 0.135, 0.035, 0.065)),
        case("macro F1 of 3 classes, the rarest 0.1 as frequent as the first, 90 % right beside 80 %", 3, 0.1, _CLEAR),
        case(
            "macro F1 of 10 classes, the rarest 0.1 as frequent as the first, 90 % right beside 80 %", 10, 0.1, _CLEAR
        ),
        case("macro F1 of 2 classes, 98 % right beside 97.5 %", 2, 1.0, (0.97, 0.01, 0.005, 0.015)),
        _labels(),
    ]


_CLEAR = (0.75, 0.15, 0.05, 0.05)  # shares of samples: both right, only the first, only the second, none


def _population(classes: int, rarest: float, cells: tuple[float, ...]) -> np.ndarray:
    """Probabilities of (truth, own, other); answers that are wrong go to all other classes alike."""
    frequency, found = np.geomspace(1, rarest, classes), np.zeros((classes,) * 3)
    for true in range(classes):
        others = np.arange(classes) != true
        found[true, true, true], found[true, true, others], found[true, others, true] = (
            cells[0],
            cells[1] / others.sum(),
            cells[2] / others.sum(),
        )
        found[true, others, others] = cells[3] / others.sum()
    return found * (frequency / frequency.sum())[:, None, None]


def _macro_f1(population: np.ndarray) -> float:
    return macro_f1_of(np.stack([np.diag(population), population.sum(0), population.sum(1)]))


def _labels() -> Case:
    true = np.geomspace(0.3, 0.05, 4)

    def draw(rng: Generator, n: int) -> Interval:
        drawn, luck = rng.random((n, 4)) < true, rng.random((n, 4))
        return paired_macro_f1_of_labels(drawn ^ (luck < 0.05), drawn ^ (luck < 0.1), drawn)[1:]

    first, second = ((2 * true * r / (true + true * r + (1 - true) * (1 - r))).mean() for r in (0.95, 0.9))
    return Case("macro F1 of 4 labels, 30 to 5 % true, 95 % right beside 90 %", float(first - second), draw)
