"""How often the intervals hold the truth: samples are drawn from what is known, many times, at few and many samples.

    python -m bench.coverage [--repetitions 2000] [--seed 0] [--only KIND …]

Numbers are kept in docs/intervals/, one file per kind, from which docs/intervals.md is made.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.special import expit
from scipy.stats import norm

from bench.machine import machine
from trasluz.metrics.classification import macro_f1_of
from trasluz.metrics.intervals import UNKNOWN, bounded_mean, positive_mean, unbounded_mean, wilson
from trasluz.metrics.kid import kid
from trasluz.metrics.latent import prior_mmd
from trasluz.metrics.macro_intervals import macro_f1_interval, macro_f1_interval_of_labels
from trasluz.metrics.over_seeds import over_seeds
from trasluz.metrics.paired import paired_macro_f1, paired_means, paired_proportions, paired_scores
from trasluz.metrics.roc import auc_interval
from trasluz.rng import Rng

ROOT = Path(__file__).parent.parent
KEPT, PAGE = ROOT / "docs" / "intervals", ROOT / "docs" / "intervals.md"
SAMPLES, SEEDS = (10, 40, 270), (2, 3, 5)
_LARGE = 2_000_000  # draws of which a truth without a closed form is the mean

Generator = np.random.Generator
Interval = tuple[float, float]


@dataclass(frozen=True)
class Case:
    """Data of one sort: ``draw`` gives the interval of fresh samples, so many of them; ``truth`` is what it should
    hold."""

    what: str
    truth: float
    draw: Callable[[Generator, int], Interval]


@dataclass(frozen=True)
class Kind:
    """A kind of number: its ``method`` in words, the cases it is tried on, and how many samples these have."""

    title: str
    method: str
    cases: Callable[[], list[Case]]
    counts: tuple[int, ...] = SAMPLES
    fewer: int = 1  # of the repetitions, where one takes long


def measure(case: Case, count: int, repetitions: int, rng: Generator) -> dict[str, float]:
    """Share of intervals that hold the truth, of those below and above it, that there are none, and the mean width."""
    found = [case.draw(rng, count) for _repetition in range(repetitions)]
    known = np.array([bounds for bounds in found if bounds != UNKNOWN]).reshape(-1, 2)
    low, high = known[:, 0], known[:, 1]
    return {
        "covered": float(((low <= case.truth) & (case.truth <= high)).mean()),
        "below": float((high < case.truth).mean()),
        "above": float((low > case.truth).mean()),
        "unknown": 1 - len(known) / repetitions,
        "width": float((high - low).mean()),
    }


def measure_kind(name: str, repetitions: int, seed: int) -> dict[str, Any]:
    """Every case of a kind at every count."""
    kind, started = KINDS[name], time.monotonic()
    each = max(repetitions // kind.fewer, 100)
    rows = []
    for number, case in enumerate(kind.cases()):
        rng = np.random.default_rng([seed, number])
        found = {str(count): measure(case, count, each, rng) for count in kind.counts}
        rows.append({"what": case.what, "truth": case.truth, "found": found})
        print(f"  {case.what}:", *(f"{one['covered']:.3f}" for one in found.values()), flush=True)
    told = {"title": kind.title, "method": kind.method, "repetitions": each, "seed": seed}
    command = f"python -m bench.coverage --only {name} --repetitions {repetitions} --seed {seed}"
    minutes = round((time.monotonic() - started) / 60, 1)
    return {**told, "command": command, "minutes": minutes, "machine": machine(), "rows": rows}


# What is drawn -------------------------------------------------------------------------------------------------------


def _shares() -> list[Case]:
    def case(share: float) -> Case:
        return Case(f"right with {share}", share, lambda rng, n: wilson(int(rng.binomial(n, share)), n))

    return [case(share) for share in (0.5, 0.8, 0.95, 0.99)]


def _beta(mean: float, deviation: float) -> Callable[[Generator, int], np.ndarray]:
    concentration = mean * (1 - mean) / deviation**2 - 1
    return lambda rng, n: rng.beta(mean * concentration, (1 - mean) * concentration, n)


def _answers(share: float, labels: int, alike: float) -> Callable[[Generator, int], np.ndarray]:
    """Shares of right answers to ``labels`` questions a sample, whose difficulty is ``alike`` within it."""
    difficulty = _beta(share, math.sqrt(alike * share * (1 - share)))
    return lambda rng, n: rng.binomial(labels, difficulty(rng, n)) / labels


def _failing(rng: Generator, n: int) -> np.ndarray:
    return np.where(rng.random(n) < 0.97, rng.beta(99, 1, n), rng.beta(2, 2, n))


def _bounded() -> list[Case]:
    def case(what: str, truth: float, values: Callable[[Generator, int], np.ndarray]) -> Case:
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
        case("yes or no, 0.95", 0.95, lambda rng, n: (rng.random(n) < 0.95).astype(float)),
    ]


def _positive() -> list[Case]:
    def case(what: str, truth: float, values: Callable[[Generator, int], np.ndarray]) -> Case:
        return Case(what, truth, lambda rng, n: positive_mean(values(rng, n)))

    return [
        case("log-normal, σ 0.4 (errors of images)", math.exp(0.08), lambda rng, n: rng.lognormal(0, 0.4, n)),
        case("log-normal, σ 0.8", math.exp(0.32), lambda rng, n: rng.lognormal(0, 0.8, n)),
        case("exponential", 1.0, lambda rng, n: rng.exponential(1, n)),
        case("gamma, shape 0.3 (log loss)", 0.3, lambda rng, n: rng.gamma(0.3, 1, n)),
    ]


def _unbounded() -> list[Case]:
    def case(what: str, truth: float, values: Callable[[Generator, int], np.ndarray]) -> Case:
        return Case(what, truth, lambda rng, n: unbounded_mean(values(rng, n)))

    return [
        case("normal", 3.0, lambda rng, n: rng.normal(3, 1, n)),
        case("Student's t, 4 degrees", 0.0, lambda rng, n: rng.standard_t(4, n)),
        case("skewed (gamma, shape 2)", 2.0, lambda rng, n: rng.gamma(2, 1, n)),
    ]


def _areas() -> list[Case]:
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


def _population(classes: int, share: float, rarest: float) -> np.ndarray:
    """Probabilities of (true, predicted); the rarest class is ``rarest`` times as frequent as the first."""
    frequency = np.geomspace(1, rarest, classes)
    confused = np.full((classes, classes), (1 - share) / max(classes - 1, 1))
    confused[np.diag_indices(classes)] = share
    return (frequency / frequency.sum())[:, None] * confused


def _macro_of(population: np.ndarray) -> float:
    return macro_f1_of(np.stack([np.diag(population), population.sum(0), population.sum(1)]))


def _macro() -> list[Case]:
    def case(classes: int, share: float, rarest: float) -> Case:
        population = _population(classes, share, rarest)

        def draw(rng: Generator, n: int) -> Interval:
            return macro_f1_interval(rng.multinomial(n, population.ravel()).reshape(population.shape))

        even = "alike frequent" if rarest == 1 else f"the rarest {rarest:g} as frequent as the first"
        return Case(f"{classes} classes, {100 * share:g} % right, {even}", _macro_of(population), draw)

    even = [(2, 0.9, 1.0), (2, 0.99, 1.0), (3, 0.7, 1.0), (3, 0.95, 1.0), (10, 0.9, 1.0), (10, 0.99, 1.0)]
    return [*(case(*one) for one in (*even, (3, 0.9, 0.1), (10, 0.9, 0.1))), _macro_of_labels()]


def _macro_of_labels() -> Case:
    """Four labels per sample, of which 30 % are true, answered with 95 % right."""

    def draw(rng: Generator, n: int) -> Interval:
        labels = rng.random((n, 4)) < 0.3
        return macro_f1_interval_of_labels(labels, labels ^ (rng.random((n, 4)) < 0.05))

    truth = 2 * 0.3 * 0.95 / (0.3 + 0.3 * 0.95 + 0.7 * 0.05)
    return Case("4 labels per sample, 30 % true, 95 % right", truth, draw)


def _seeds() -> list[Case]:
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


def _pairs() -> list[Case]:
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
        _paired_macro(),
    ]


def _paired_macro() -> Case:
    def draw(rng: Generator, n: int) -> Interval:
        truth = rng.integers(0, 3, n)
        said = [np.where(rng.random(n) < right, truth, rng.integers(0, 3, n)) for right in (0.85, 0.7)]
        return paired_macro_f1(said[0], said[1], truth, 3, Rng(int(rng.integers(2**31))))[1:]

    return Case("macro F1 of 3 classes, 0.9 beside 0.8", 0.1, draw)


def _kernels() -> list[Case]:
    width = 8

    def rectified(level: float) -> Callable[[Generator, int], np.ndarray]:
        return lambda rng, n: np.maximum(rng.normal(level, 1, (n, width)), 0)

    def gaussian(level: float, spread: float = 1.0) -> Callable[[Generator, int], np.ndarray]:
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


def _priors() -> list[Case]:
    def case(what: str, level: float, spread: float) -> Case:
        rng, parts = np.random.default_rng(2), [0.0]
        if level != 0 or spread != 1:
            parts = [prior_mmd(rng.normal(level, spread, (4000, 4)), Rng(0))[0] for _part in range(12)]
        truth = float(np.mean(parts))

        def draw(rng: Generator, n: int) -> Interval:
            return prior_mmd(rng.normal(level, spread, (n, 4)), Rng(0))[1]

        return Case(what, truth, draw)

    return [case("codes as the prior", 0, 1), case("codes shifted by 0.5", 0.5, 1), case("codes half as wide", 0, 0.5)]


KINDS = {
    "share": Kind(
        "Share of samples (accuracy, all labels right, top 5)",
        "Wilson's score interval (1927) for independent trials.",
        _shares,
    ),
    "bounded": Kind(
        "Mean of a score with two bounds (labels that are right, rounded accuracy, SSIM)",
        "Wilson's interval with as many trials as the samples' dispersion makes them worth: n·p(1 − p) over their "
        "variance. In the dispersion one more sample is thought of that is as bad as can be, with a weight of 1 / (m + "
        "1), where m samples are not perfect. So perfect samples give Wilson's interval for n trials, yes-or-no scores "
        "always do, and nothing jumps in between. Failures so rare that no sample shows one are beyond any such "
        "method: the row in which 3 % fail tells what 40 samples miss.",
        _bounded,
    ),
    "positive": Kind(
        "Mean of a score that is 0 at least (squared error, log loss; PSNR is its image)",
        "Student's t on the logarithm of the mean, with the standard error of the delta method.",
        _positive,
    ),
    "unbounded": Kind("Mean of a score without bounds (importance-weighted likelihood)", "Student's t.", _unbounded),
    "auc": Kind(
        "Area under the ROC curve",
        "Newcombe's method 5 (2006): the areas from which the one found lies less than 1.96 standard errors apart, "
        "with Hanley and McNeil's variance (1982) at each of them; where scores vary more than it supposes, as DeLong "
        "et al. (1988) measure it, it is as many times as large.",
        _areas,
        fewer=2,
    ),
    "macro": Kind(
        "Macro F1",
        "The score interval of the means above, with the variance that the delta method gives F1 of all classes "
        "together (Takahashi et al. 2022); where nothing is wrong, with as many trials as classes that are equally "
        "frequent would need to tell as much.",
        _macro,
        fewer=2,
    ),
    "seeds": Kind(
        "Mean over seeds (studies, `--seeds`)",
        "Student's t on a scale without ends, by the delta method: the logit between two bounds, the logarithm above "
        "one, as it is without any. One seed, and seeds that all gave the same, have none.",
        _seeds,
        SEEDS,
    ),
    "paired": Kind(
        "Paired differences (runs judged on the same samples)",
        "Shares: Agresti and Min (2005). Scores with two bounds: theirs for scores between yes and no, with Student's "
        "t. Others: Student's t; PSNR by the delta method. Macro F1: percentile bootstrap of the samples.",
        _pairs,
        fewer=4,
    ),
    "kid": Kind(
        "KID, of samples and of real images",
        "Student's t around the U-statistic over all rows, with the variance of Hoeffding's decomposition, each part "
        "estimated without bias (Sutherland and Deka 2019), and as many degrees of freedom as the smaller set has "
        "rows, less one. The estimate has no bias, so it may lie below 0, and so may the interval.",
        _kernels,
        fewer=2,
    ),
    "prior": Kind(
        "MMD² of codes from the prior",
        "As KID's, of one set: nothing is drawn from the prior, whose share is known in closed form.",
        _priors,
        fewer=4,
    ),
}

_LEAD = """# Intervals

Every interval is two-sided at 95 % and says how far a number could be off because there are only so many samples, or
seeds. One method for each kind of number; all stay inside the range of what they bound. `bench/coverage.py` draws
samples from distributions whose truth is known and counts how often the interval holds it: "covered" should be 0.95.
Beside it stands the interval's mean width. Where samples say nothing about their spread (one seed, errors that are all
the same) there is no interval: tables over seeds show a dash and say why, others leave the place empty. The share of
such draws is told where there were any.
"""


def page() -> str:
    """docs/intervals.md from what is kept."""
    lines = [_LEAD]
    for name in KINDS:
        path = KEPT / f"{name}.json"
        if path.exists():
            lines += [*_section(json.loads(path.read_text(encoding="utf-8"))), ""]
    return "\n".join(lines).rstrip() + "\n"


def _section(told: dict[str, Any]) -> Iterator[str]:
    counts = list(told["rows"][0]["found"])
    yield f"## {told['title']}\n"
    yield f"{told['method']}\n"
    yield "| drawn | truth | " + " | ".join(f"n = {count}" for count in counts) + " |"
    yield "| --- | ---: |" + " ---: |" * len(counts)
    for row in told["rows"]:
        cells = [_cell(row["found"][count]) for count in counts]
        yield f"| {row['what']} | {row['truth']:.4g} | " + " | ".join(cells) + " |"
    yield f"\n{told['repetitions']:,} draws each, `{told['command']}`, {told['minutes']} minutes, {told['machine']}."


def _cell(found: dict[str, float]) -> str:
    none = f"; none in {100 * found['unknown']:.0f} %" if found["unknown"] > 0.005 else ""
    return f"{found['covered']:.3f} (width {found['width']:.3g}{none})"


def main() -> None:
    """Measures the kinds asked for, keeps their numbers, and writes the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", nargs="*", choices=list(KINDS))
    asked = parser.parse_args()
    for name in asked.only or KINDS:
        print(f"{name} …", flush=True)
        told = measure_kind(name, asked.repetitions, asked.seed)
        KEPT.mkdir(parents=True, exist_ok=True)
        (KEPT / f"{name}.json").write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
