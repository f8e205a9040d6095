"""What outer folds say of a way of choosing, against worlds whose truth is known."""

from __future__ import annotations

import json
import math
from statistics import NormalDist

import numpy as np
import pytest

from trasluz.metrics.intervals import wilson
from trasluz.search.outer_score import OuterChoice, OuterScore, Pooled, outer_score

RATE = "train.optimiser.learning_rate"


def _choice(fold: int, rate: float, inner: float, outer: float | None) -> OuterChoice:
    return OuterChoice(f"outer-{fold}", "trial-0", {RATE: rate}, inner, outer, 20, (f"run-{fold}",))


def _score(
    choices: list[OuterChoice], pooled: Pooled | None = None, metric: str = "accuracy", rises: bool = True
) -> OuterScore:
    found = outer_score(choices, 3, metric, rises, folds=3, pooled=pooled, whole={RATE: 0.1})
    assert found is not None
    return found


def test_the_optimism_is_the_mean_of_what_each_fold_promised_too_much() -> None:
    found = _score([_choice(0, 0.1, 0.9, 0.8), _choice(1, 0.1, 0.9, 0.86), _choice(2, 0.01, 0.92, 0.9)])
    apart = np.array([0.1, 0.04, 0.02])
    half = 4.302653 * apart.std(ddof=1) / math.sqrt(3)  # Student's t for three values
    assert found.optimism == pytest.approx((apart.mean(), apart.mean() - half, apart.mean() + half))
    assert (found.agree, found.usual, found.as_whole) == (2, {RATE: 0.1}, 2)
    assert found.by == "folds"
    assert found.score == pytest.approx((0.8 + 0.86 + 0.9) / 3)


def test_a_loss_that_came_out_higher_was_too_good_as_well() -> None:
    found = _score([_choice(i, 0.1, 0.5, 0.6 + i / 100) for i in range(3)], metric="loss", rises=False)
    assert found.optimism[0] == pytest.approx(0.11)


def test_a_fold_that_is_not_judged_is_not_counted() -> None:
    assert outer_score([_choice(0, 0.1, 0.9, None)], 3, "accuracy", True, folds=3, pooled=None, whole=None) is None
    found = _score([_choice(0, 0.1, 0.9, 0.8), _choice(1, 0.1, 0.9, None)])
    assert (found.done, found.wanted, found.as_whole) == (1, 3, 2)
    assert not math.isfinite(found.optimism[1])
    told = json.loads(json.dumps(found.to_dict()))
    assert told["optimism"][1:] == [None, None]


def test_several_dealings_make_no_more_samples() -> None:
    once = [_choice(i, 0.1, 0.9, outer) for i, outer in enumerate((0.8, 0.85, 0.9))]
    twice = _score([*once, *once])
    assert twice.optimism[0] == pytest.approx(_score(once).optimism[0])
    wide, narrow = (found.optimism[2] - found.optimism[1] for found in (_score(once), twice))
    assert wide * 0.8 < narrow <= wide


def _nested(generator: np.random.Generator, alike: float) -> tuple[float, OuterScore]:
    """A search among sixty trials that are right on 80 % of all samples, and on the same ones as far as they are
    ``alike`` (0 to 1), judged by five outer folds of 400 samples: how much too good the inner scores are, and what the
    outer folds say."""
    trials, samples, folds = 60, 400, 5
    shared, own = generator.standard_normal(samples), generator.standard_normal((trials, samples))
    right = math.sqrt(alike) * shared + math.sqrt(1 - alike) * own < NormalDist().inv_cdf(0.8)
    fold = np.arange(samples) % folds
    choices, hits = [], 0
    for i in range(folds):
        inside = right[:, fold != i].mean(axis=1)
        best = int(inside.argmax())
        hits += int(right[best, fold == i].sum())
        choices.append(_choice(i, best, float(inside[best]), float(right[best, fold == i].mean())))
    low, high = wilson(hits, samples)
    pooled = Pooled(hits / samples, low, high, samples)
    found = outer_score(choices, folds, "accuracy", True, folds=folds, pooled=pooled, whole=None)
    assert found is not None
    return float(np.mean([one.inner for one in choices])) - 0.8, found


# The answers of one fold chose for the others, so that their hits go together, the more the less trials are alike:
# trials that share nothing are the worst case, and no kind of network is it.
@pytest.mark.parametrize(("alike", "least"), [(0.8, 0.91), (0.0, 0.86)])
def test_the_outer_score_and_the_optimism_hold_the_truth_where_all_trials_are_equal(alike: float, least: float) -> None:
    generator = np.random.default_rng(0)
    worlds = [_nested(generator, alike) for _ in range(300)]
    expected = float(np.mean([optimism for optimism, _found in worlds]))
    assert expected > 0.015, "the best of sixty is too good"
    scored = [found.low <= 0.8 <= found.high for _optimism, found in worlds]
    told = [found.optimism[1] <= expected <= found.optimism[2] for _optimism, found in worlds]
    assert np.mean(scored) >= least
    assert np.mean(told) >= least
    assert np.mean([found.score for _optimism, found in worlds]) == pytest.approx(0.8, abs=0.005)
    assert np.mean([found.optimism[0] for _optimism, found in worlds]) == pytest.approx(expected, abs=0.005)
