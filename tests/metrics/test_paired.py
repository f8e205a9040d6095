"""Paired differences: SciPy's paired t, a published table, and what pairing and few samples must not claim."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from trasluz.metrics.paired import (
    paired_differences,
    paired_means,
    paired_proportions,
    paired_scores,
)


def test_means_have_the_paired_t_interval() -> None:
    noise = np.random.default_rng(0)
    own, reference = noise.normal(0.3, 1, 60), noise.normal(0, 1, 60)
    found = paired_means(own, reference)
    oracle = stats.ttest_rel(own, reference).confidence_interval(0.95)
    assert found == pytest.approx((float((own - reference).mean()), oracle.low, oracle.high))


def test_shares_have_the_interval_of_agresti_and_min() -> None:
    """By their formula, written out for the crossover of their table 1: 86 and 150 disagreements among 1144 pairs."""
    own = np.r_[np.zeros(150, bool), np.ones(86, bool), np.ones(1144 - 236, bool)]
    reference = np.r_[np.ones(150, bool), np.zeros(86, bool), np.ones(1144 - 236, bool)]
    b, c, n = 86.5, 150.5, 1146.0
    centre, error = (b - c) / n, np.sqrt((b + c) - (b - c) ** 2 / n) / n
    z = stats.norm.ppf(0.975)
    assert paired_proportions(own, reference) == pytest.approx((-64 / 1144, centre - z * error, centre + z * error))


def test_the_interval_of_shares_covers_the_truth_as_often_as_it_says() -> None:
    noise = np.random.default_rng(1)
    hits = 0
    for _trial in range(400):
        hard = noise.random(150)
        own, reference = hard < 0.85, (hard < 0.75) ^ (noise.random(150) < 0.05)
        truth = 0.85 - (0.75 * 0.95 + 0.25 * 0.05)
        _mean, low, high = paired_proportions(own, reference)
        hits += low <= truth <= high
    assert hits / 400 == pytest.approx(0.95, abs=0.03)


def test_few_samples_that_never_disagree_claim_nothing_exact() -> None:
    same = np.ones(5, bool)
    difference, low, high = paired_proportions(same, same)
    assert difference == 0
    assert low < -0.2 < 0.2 < high


def test_pairing_sees_what_separate_intervals_cannot() -> None:
    hard = np.random.default_rng(3).exponential(1, 500).astype(np.float32)
    _mean, low, _high = paired_differences({"error": hard * 1.02}, {"error": hard})["mse"]
    spread = 1.96 * hard.std() / np.sqrt(500)
    assert 0 < low < spread


def test_records_say_what_can_be_compared() -> None:
    noise = np.random.default_rng(4)
    labels = noise.integers(0, 3, 40)
    answers = {"labels": labels, "probabilities": noise.dirichlet(np.ones(3), 40).astype(np.float32)}
    rebuilt = {"labels": labels, "error": noise.random(40), "rounded": noise.random(40), "ssim": noise.random(40)}
    assert set(paired_differences(answers, answers)) == {"accuracy", "macro_f1", "log_loss"}
    assert set(paired_differences(rebuilt, rebuilt)) == {"mse", "psnr", "rounded_accuracy", "ssim"}
    assert paired_differences(answers, rebuilt) == {}
    other = {**answers, "probabilities": noise.dirichlet(np.ones(5), 40)}
    assert paired_differences(other, answers) == {}, "other classes"
    unlabelled = {**answers, "labels": np.full(40, -1)}
    assert paired_differences(unlabelled, unlabelled) == {}


def test_several_labels_per_sample_are_compared_too() -> None:
    noise = np.random.default_rng(5)
    labels = noise.random((80, 3)) < 0.4
    good, bad = np.where(labels, 0.9, 0.2), noise.random((80, 3))
    found = paired_differences({"labels": labels, "probabilities": good}, {"labels": labels, "probabilities": bad})
    assert set(found) == {"subset_accuracy", "label_accuracy", "macro_f1"}
    assert all(low > 0 for _mean, low, _high in found.values())
    expected = (good.round() == labels).mean() - ((bad > 0.5) == labels).mean()
    assert found["label_accuracy"][0] == pytest.approx(expected)


def test_yes_or_no_scores_that_never_disagree_have_the_interval_of_shares_with_students_quantile() -> None:
    same = np.ones(30)
    difference, low, high = paired_scores(same, same)
    assert difference == 0
    assert (low, high) == pytest.approx((-stats.t.ppf(0.975, 29) / 32, stats.t.ppf(0.975, 29) / 32))


def test_many_scores_have_the_paired_t_interval() -> None:
    noise = np.random.default_rng(6)
    own = noise.random(2000) * 0.5
    reference = own + noise.normal(0.01, 0.05, 2000)
    oracle = stats.ttest_rel(own, reference).confidence_interval(0.95)
    assert paired_scores(own, reference)[1:] == pytest.approx((oracle.low, oracle.high), abs=2e-4)


@given(pairs=st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=30))
def test_differences_of_scores_stay_inside_their_range(pairs: list[tuple[float, float]]) -> None:
    own, reference = (np.array(side) for side in zip(*pairs, strict=True))
    difference, low, high = paired_scores(own, reference)
    assert -1 <= low <= difference + 1e-12
    assert difference - 1e-12 <= high <= 1
    assert low < high


def test_the_difference_in_decibels_is_that_of_the_mean_errors() -> None:
    noise = np.random.default_rng(7)
    reference = noise.exponential(0.05, 400)
    own = reference * noise.lognormal(-0.1, 0.2, 400)
    records = [{"error": errors, "rounded": 1 - errors} for errors in (own, reference)]
    difference, low, high = paired_differences(records[0], records[1])["psnr"]
    assert difference == pytest.approx(10 * np.log10(reference.mean() / own.mean()))
    again = [10 * np.log10(reference[rows].mean() / own[rows].mean()) for rows in (noise.integers(0, 400, (2000, 400)))]
    assert (low, high) == pytest.approx(tuple(np.quantile(again, [0.025, 0.975])), abs=0.1)


def test_recorded_log_losses_are_compared_where_both_have_them() -> None:
    labels = np.array([0, 1, 1, 0])
    said = {"labels": labels, "probabilities": np.eye(2)[[0, 1, 0, 0]].astype(np.float32)}
    assert "log_loss" not in paired_differences(said, said), "names of classes only"
    first = {**said, "log_loss": np.array([0.1, 0.2, 200.0, 0.3])}
    second = {**said, "log_loss": np.array([0.1, 0.1, 100.0, 0.3])}
    assert paired_differences(first, second)["log_loss"][0] == pytest.approx(100.1 / 4)


def _films(noise: np.random.Generator, groups: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Whether two models are right on samples of a group, of 5 to 20, each with a chance that the group shares."""
    sizes = noise.integers(5, 21, groups)
    where = np.repeat(np.arange(groups), sizes)
    own, reference = (np.repeat(noise.beta(4, 1, groups), sizes) for _model in range(2))
    return noise.random(len(where)) < own, noise.random(len(where)) < reference, where


@pytest.mark.parametrize("groups", [10, 40])
@pytest.mark.parametrize("how", [paired_proportions, paired_scores, paired_means])
def test_differences_by_groups_cover_the_truth_where_those_by_samples_do_not(groups: int, how: Any) -> None:
    """400 draws of two models that are equally good, each in films of its own."""
    noise = np.random.default_rng(3)
    held = plain = 0
    for _draw in range(400):
        own, reference, where = _films(noise, groups)
        kind = bool if how is paired_proportions else float
        _mean, low, high = how(own.astype(kind), reference.astype(kind), groups=where)
        held += low <= 0 <= high
        _mean, low, high = how(own.astype(kind), reference.astype(kind))
        plain += low <= 0 <= high
    assert held / 400 > 0.92
    assert plain / 400 < 0.85


def test_all_that_are_compared_by_groups_are_wider_and_the_same_in_the_middle() -> None:
    noise = np.random.default_rng(4)
    own, reference, where = _films(noise, 30)
    labels = noise.integers(0, 2, len(where))
    records = [
        {
            "labels": labels,
            "probabilities": np.eye(2)[np.where(right, labels, 1 - labels)] * 0.8 + 0.1,
            "error": np.where(right, 0.1, 0.3) + noise.random(len(where)) / 100,
            "rounded": right * 1.0,
            "ssim": right * 0.5,
        }
        for right in (own, reference)
    ]
    alone = paired_differences(*records)
    together = paired_differences(*records, where)
    assert alone.keys() == together.keys()
    for name, (middle, low, high) in together.items():
        assert middle == pytest.approx(alone[name][0]), name
        assert low < middle < high, name
        assert high - low > 1.3 * (alone[name][2] - alone[name][1]), name
    (single,) = {paired_differences(*records, where * 0)["accuracy"][1:]}
    assert single == (-1, 1)


def test_labels_of_which_there_are_several_are_compared_by_groups_too() -> None:
    noise = np.random.default_rng(5)
    where = np.repeat(np.arange(12), 20)
    labels = noise.random((240, 3)) < 0.5
    flips = np.repeat(noise.random((12, 1)) < 0.3, 20, axis=0)
    records = [
        {"labels": labels, "probabilities": np.where(labels ^ flip, 0.9, 0.1)} for flip in (flips, flips * False)
    ]
    alone, together = paired_differences(*records), paired_differences(*records, where)
    for name, (middle, low, high) in together.items():
        assert middle == pytest.approx(alone[name][0]), name
        assert high - low > 1.5 * (alone[name][2] - alone[name][1]), name


def test_models_that_agree_in_few_groups_claim_nothing_exact() -> None:
    same = np.ones(500, bool)
    _mean, low, high = paired_proportions(same, same, np.repeat(np.arange(5), 100))
    assert low < -0.2 < 0.2 < high
    assert paired_means(same * 1.0, same * 1.0, np.repeat(np.arange(5), 100))[1:] == (-np.inf, np.inf)
