"""Power laws: the fit is the least-squares one that SciPy finds, and its interval holds the truth of made curves."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import least_squares

from trasluz.metrics.learning_curve import fit_learning_curve
from trasluz.metrics.power_law import FASTEST, SLOWEST, PowerLaw, fit_power_law, spread_of

SIZES = np.geomspace(40, 2560, 10).round()


def law(a: float, b: float, c: float) -> PowerLaw:
    return PowerLaw(np.array(a), np.array(b), np.array(c), float(SIZES[-1]))


@pytest.mark.parametrize(("a", "b", "c"), [(0.02, 0.05, 0.5), (0.0, 0.1, 0.3), (0.2, 0.01, 1.5), (0.1, 0.0, 1.0)])
def test_a_law_without_noise_is_found(a: float, b: float, c: float) -> None:
    truth = law(a, b, c).error(SIZES)
    found = fit_power_law(SIZES, truth, np.ones(10))
    assert found.error(SIZES) == pytest.approx(truth, abs=1e-5)
    assert float(found.gain(2560)) == pytest.approx(float(law(a, b, c).gain(2560)), abs=2e-5)


@pytest.mark.parametrize("seed", range(12))
def test_no_law_that_scipy_finds_fits_better(seed: int) -> None:
    noise = np.random.default_rng(seed)
    errors = law(0.05 * noise.random(), 0.1 * noise.random(), noise.uniform(0.1, 1.2)).error(SIZES)
    errors = errors + 0.01 * noise.standard_normal(10)
    weights = 1 / spread_of(np.maximum(errors, 0.01), "share", 500)
    relative = SIZES / SIZES[-1]

    def residual(p: np.ndarray) -> np.ndarray:
        found: np.ndarray = np.sqrt(weights) * (p[0] + p[1] * relative ** -p[2] - errors)
        return found

    starts = [(0.0, 0.1, 0.2), (0.05, 0.05, 0.5), (0.1, 0.01, 1.5)]
    bounds = ([0, 0, SLOWEST], [np.inf, np.inf, FASTEST])
    theirs = min(2 * least_squares(residual, x0=start, bounds=bounds, xtol=1e-12).cost for start in starts)
    mine = fit_power_law(SIZES, errors, weights)
    loss = float((residual(np.array([mine.a, mine.b, mine.c])) ** 2).sum())
    assert loss <= theirs * (1 + 1e-4)


def test_many_curves_are_fitted_as_each_alone() -> None:
    curves = 0.1 + 0.02 * np.random.default_rng(0).random((3, 2, 10))
    together = fit_power_law(SIZES, curves, np.ones(10))
    assert together.a.shape == (3, 2)
    alone = fit_power_law(SIZES, curves[2, 1], np.ones(10))
    assert [float(together.a[2, 1]), float(together.c[2, 1])] == pytest.approx([float(alone.a), float(alone.c)])


def made(draw: np.random.Generator, truth: PowerLaw, folds: int, samples: int) -> tuple[np.ndarray, ...]:
    """Errors of ``samples`` judged images each: some folds are harder, and no two trainings are equal."""
    share = truth.error(SIZES) * (1 + 0.1 * draw.standard_normal((folds, 1)))
    share = share + truth.error(SIZES) * 0.05 * draw.standard_normal((folds, 10))
    errors = draw.binomial(samples, np.clip(share, 0, 1)) / samples
    return np.tile(SIZES, folds), np.repeat(np.arange(folds), 10), errors.ravel()


@pytest.mark.parametrize(
    ("a", "b", "c", "folds", "samples"),
    [(0.02, 0.05, 0.5, 3, 500), (0.0, 0.05, 0.35, 3, 500), (0.1, 0.05, 1.0, 5, 200)],
)
def test_the_intervals_hold_the_truth_in_nearly_all_of_forty_made_curves(
    a: float, b: float, c: float, folds: int, samples: int
) -> None:
    draw, truth = np.random.default_rng(1), law(a, b, c)
    gain, twice, held = float(truth.gain(2560)), float(truth.error(np.array([5120.0]))[0]), np.zeros(2)
    for _curve in range(40):
        fit = fit_learning_curve(*made(draw, truth, folds, samples), "share", samples)
        found = fit.gain(2560), fit.error(5120)
        held += [one.low <= true <= one.high for one, true in zip(found, (gain, twice), strict=True)]
    assert held.min() >= 34  # 95 % of 40 are 38; fewer than 34 come once in 150 times


def test_more_images_are_seldom_said_to_help_where_they_do_not() -> None:
    draw = np.random.default_rng(0)
    said = [
        fit_learning_curve(*made(draw, law(0.2, 0, 1), 3, 500), "share", 500).gain(2560).low > 0 for _i in range(40)
    ]
    assert sum(said) <= 6


def test_sizes_at_which_nothing_is_learned_yet_are_left_out() -> None:
    draw, truth = np.random.default_rng(3), law(0.02, 0.03, 0.8)
    sizes, folds, errors = made(draw, truth, 5, 2000)
    early = sizes < 130
    errors = np.where(early, 0.9 * (1 + 0.01 * draw.standard_normal(len(sizes))), errors)
    fit = fit_learning_curve(sizes, folds, errors, "share", 2000)
    assert fit.left_out.tolist() == np.unique(sizes[early]).tolist()
    assert fit.fits
    assert fit.gain(2560).low <= float(truth.gain(2560)) <= fit.gain(2560).high


def test_numbers_that_follow_no_law_are_told() -> None:
    sizes, folds = np.tile(SIZES, 3), np.repeat(np.arange(3), 10)
    errors = np.where(np.arange(30) % 2 == 0, 0.1, 0.3) + 0.001 * np.random.default_rng(0).standard_normal(30)
    assert not fit_learning_curve(sizes, folds, errors, "share", 5000).fits


def test_errors_without_a_bound_have_curves_too() -> None:
    draw, truth = np.random.default_rng(0), law(0.5, 1.0, 0.5)
    errors = truth.error(SIZES) * np.exp(0.03 * draw.standard_normal((3, 10)))
    fit = fit_learning_curve(np.tile(SIZES, 3), np.repeat(np.arange(3), 10), errors.ravel(), "positive", 100)
    assert fit.gain(2560).low <= float(truth.gain(2560)) <= fit.gain(2560).high
    assert fit.floor().low <= 0.5 <= fit.floor().high


def test_a_curve_of_too_few_sizes_or_folds_is_refused() -> None:
    with pytest.raises(ValueError, match="4 sizes and two folds"):
        fit_learning_curve(np.array([1, 2, 3, 1, 2, 3]), np.array([0, 0, 0, 1, 1, 1]), np.ones(6), "share", 10)
