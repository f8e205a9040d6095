"""Draws for intervals of means: shares, scores with two bounds, one or none, and means over seeds."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import expit

from bench.coverage_case import Case, Draw, Generator, Interval
from trasluz.metrics.intervals import bounded_mean, positive_mean, shares_apart, unbounded_mean, wilson
from trasluz.metrics.over_seeds import over_seeds

_LARGE = 2_000_000  # draws of which a truth without a closed form is the mean


def shares() -> list[Case]:
    def case(share: float) -> Case:
        return Case(f"right with {share}", share, lambda rng, n: wilson(int(rng.binomial(n, share)), n))

    return [case(share) for share in (0.5, 0.8, 0.95, 0.99)]


def apart() -> list[Case]:
    """Of two independent shares, the second of three times as many samples."""

    def case(first: float, second: float) -> Case:
        def draw(rng: Generator, n: int) -> Interval:
            return shares_apart((int(rng.binomial(n, first)), n), (int(rng.binomial(3 * n, second)), 3 * n))

        return Case(f"right with {first} beside {second}", first - second, draw)

    return [case(0.5, 0.5), case(0.8, 0.7), case(0.95, 0.9), case(0.99, 0.8), case(0.99, 0.99)]


def _beta(mean: float, deviation: float) -> Draw:
    concentration = mean * (1 - mean) / deviation**2 - 1
    return lambda rng, n: rng.beta(mean * concentration, (1 - mean) * concentration, n)


def _answers(share: float, labels: int, alike: float) -> Draw:
    """Shares of right answers to ``labels`` questions a sample, whose difficulty is ``alike`` within it."""
    difficulty = _beta(share, math.sqrt(alike * share * (1 - share)))
    return lambda rng, n: rng.binomial(labels, difficulty(rng, n)) / labels


def _failing(rng: Generator, n: int) -> np.ndarray:
    return np.where(rng.random(n) < 0.97, rng.beta(99, 1, n), rng.beta(2, 2, n))


def _lost(share: float, others: Draw) -> Draw:
    """Scores of which a ``share`` is 0."""
    return lambda rng, n: np.where(rng.random(n) < share, 0.0, others(rng, n))


def bounded() -> list[Case]:
    def case(what: str, truth: float, values: Draw) -> Case:
        return Case(what, truth, lambda rng, n: bounded_mean(values(rng, n)))

    return [
        case("10 labels, 98 % right, alike 0.1", 0.98, _answers(0.98, 10, 0.1)),
        case("10 labels, 99.5 % right, alike 0.05", 0.995, _answers(0.995, 10, 0.05)),
        case("5 labels, 90 % right, alike 0.3", 0.9, _answers(0.9, 5, 0.3)),
        case("rounded pixels, 0.97 ± 0.012", 0.97, _beta(0.97, 0.012)),
        case("structure, 0.8 ± 0.1", 0.8, _beta(0.8, 0.1)),
        case("skewed, 0.95 ± 0.08", 0.95, _beta(0.95, 0.08)),
        case("wide, 0.5 ± 0.25", 0.5, _beta(0.5, 0.25)),
        case("3 % fail by half, the others 0.99", 0.97 * 0.99 + 0.03 * 0.5, _failing),
        case("3 % fail wholly, the others 0.99 ± 0.01", 0.97 * 0.99, _lost(0.03, _beta(0.99, 0.01))),
        case("10 % fail wholly, the others 0.99 ± 0.01", 0.9 * 0.99, _lost(0.1, _beta(0.99, 0.01))),
        case("yes or no, 0.95", 0.95, lambda rng, n: (rng.random(n) < 0.95).astype(float)),
        case("3 % fail wholly, the others 0.9 ± 0.03", 0.97 * 0.9, _lost(0.03, _beta(0.9, 0.03))),
    ]


def positive() -> list[Case]:
    def case(what: str, truth: float, values: Draw) -> Case:
        return Case(what, truth, lambda rng, n: positive_mean(values(rng, n)))

    return [
        case("log-normal, σ 0.4 (errors of images)", math.exp(0.08), lambda rng, n: rng.lognormal(0, 0.4, n)),
        case("log-normal, σ 0.8", math.exp(0.32), lambda rng, n: rng.lognormal(0, 0.8, n)),
        case("exponential", 1.0, lambda rng, n: rng.exponential(1, n)),
        case("gamma, shape 0.3 (log loss)", 0.3, lambda rng, n: rng.gamma(0.3, 1, n)),
    ]


def unbounded() -> list[Case]:
    def case(what: str, truth: float, values: Draw) -> Case:
        return Case(what, truth, lambda rng, n: unbounded_mean(values(rng, n)))

    return [
        case("normal", 3.0, lambda rng, n: rng.normal(3, 1, n)),
        case("Student's t, 4 degrees", 0.0, lambda rng, n: rng.standard_t(4, n)),
        case("skewed (gamma, shape 2)", 2.0, lambda rng, n: rng.gamma(2, 1, n)),
    ]


def seeds() -> list[Case]:
    share = (0.0, 1.0)

    def logistic(middle: float, spread: float, images: int | None = None) -> Case:
        drawn = expit(np.random.default_rng(0).normal(middle, spread, _LARGE))

        def draw(rng: Generator, n: int) -> Interval:
            values = expit(rng.normal(middle, spread, n))
            return over_seeds((values if images is None else rng.binomial(images, values) / images).tolist(), share)[1:]

        seen = "" if images is None else f", judged on {images} images"
        return Case(f"accuracy {drawn.mean():.3f} ± {drawn.std():.3f}{seen}", float(drawn.mean()), draw)

    def positive(spread: float) -> Case:
        def draw(rng: Generator, n: int) -> Interval:
            return over_seeds(rng.lognormal(0, spread, n).tolist(), (0.0, None))[1:]

        return Case(f"loss, log-normal, σ {spread}", math.exp(spread**2 / 2), draw)

    def free(rng: Generator, n: int) -> Interval:
        return over_seeds(rng.normal(0, 1, n).tolist())[1:]

    def apart(rng: Generator, n: int) -> Interval:
        return over_seeds(rng.normal(0.03, 0.02, n).clip(-1, 1).tolist(), (-1.0, 1.0))[1:]

    cases = [logistic(2.2, 0.3), logistic(0, 0.5), logistic(4.6, 0.5), logistic(2.2, 1.0)]
    cases += [
        logistic(2.2, 0.2, 40),
        logistic(3.5, 0.2, 270),
        positive(0.1),
        positive(0.5),
        Case("without bounds, normal", 0.0, free),
    ]
    return [*cases, Case("difference of accuracies, 0.03 ± 0.02", 0.03, apart)]
