"""Each rule about studies finds its fault where it was planted, and nothing where it was not."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from tests.findings.studies.made_evidence import evidence, found, found_rules
from tests.search.made_trials import grid, made_trials
from trasluz.findings.study_rules import check_study, check_study_in
from trasluz.search.trial_results import CellResult, TrialResult

RATE = "train.optimiser.learning_rate"


def _rates() -> list[dict[str, Any]]:
    return grid(train__optimiser__learning_rate=[0.001, 0.01, 0.1], hidden=[50, 80, 100])


def test_a_best_value_at_the_edge_is_told_with_values_beyond_it() -> None:
    trials = made_trials(_rates(), lambda one: {0.001: 0.6, 0.01: 0.75, 0.1: 0.9}[one[RATE]])
    told = found("best-at-edge", evidence(trials))
    assert told is not None
    assert told.settings == (f"{RATE}=0.1,1,10",)
    assert "largest is the best" in told.seen


def test_at_the_lower_edge_by_factors_too() -> None:
    trials = made_trials(_rates(), lambda one: {0.001: 0.9, 0.01: 0.75, 0.1: 0.6}[one[RATE]])
    told = found("best-at-edge", evidence(trials))
    assert told is not None
    assert told.settings == (f"{RATE}=0.001,0.0001,1e-05",)


@pytest.mark.parametrize("samples", [True, False])
def test_a_best_value_in_the_middle_or_by_chance_is_not_told(samples: bool) -> None:
    middle = made_trials(_rates(), lambda one: {0.001: 0.6, 0.01: 0.9, 0.1: 0.7}[one[RATE]], samples=samples)
    assert found("best-at-edge", evidence(middle)) is None
    false = 0
    for number in range(20):
        equal = made_trials(_rates(), lambda _one: 0.8, samples=samples, number=number)
        false += found("best-at-edge", evidence(equal)) is not None
    assert false <= 2


def test_nothing_lies_below_no_decay() -> None:
    trials = made_trials(grid(decay=[0, 0.1, 0.2, 0.3]), lambda one: 0.9 - one["decay"])
    assert found("best-at-edge", evidence(trials)) is None


def test_values_drawn_from_a_range_lie_at_its_end() -> None:
    generator = np.random.default_rng(0)
    settings = [
        {"rate": float(10 ** generator.uniform(-4, -1)), "other": float(generator.random())} for _n in range(80)
    ]
    at_end = made_trials(settings, lambda one: 0.3 + 0.2 * (4 + np.log10(one["rate"])), count=1000)
    told = found("best-at-edge", evidence(at_end, rate=(1e-4, 1e-1), other=(0.0, 1.0)))
    assert told is not None
    assert told.settings[0].startswith("rate=")
    inside = made_trials(settings, lambda one: 0.9 - 0.1 * abs(2.5 + np.log10(one["rate"])), count=1000)
    assert found("best-at-edge", evidence(inside, rate=(1e-4, 1e-1), other=(0.0, 1.0))) is None


def _drawn(count: int, number: int) -> list[dict[str, Any]]:
    generator = np.random.default_rng(number)
    return [{"rate": float(10 ** generator.uniform(-4, -1)), "other": float(generator.random())} for _n in range(count)]


def test_the_end_of_a_range_is_told_by_its_own_words() -> None:
    trials = made_trials(_drawn(80, 0), lambda one: 0.3 + 0.2 * (4 + np.log10(one["rate"])), count=1000)
    told = found("best-at-edge", evidence(trials, rate=(1e-4, 1e-1, True), other=(0.0, 1.0)))
    assert told is not None
    assert "in the upper tenth of its range from 0.0001 to 0.1" in told.seen
    assert told.numbers["edge"] == 0.1
    assert told.settings == ("rate=0.1,0.2,0.4",)


def test_trials_that_a_sampler_drew_near_an_end_by_chance_are_no_edge() -> None:
    false = 0
    for number in range(40):
        generator = np.random.default_rng(number)
        near = [
            {"rate": float(v)} for v in np.concatenate([generator.uniform(0, 1, 15), generator.uniform(0.9, 1, 35)])
        ]
        equal = made_trials(near, lambda _one: 0.8, number=number)
        false += found("best-at-edge", evidence(equal, rate=(0.0, 1.0))) is not None
    assert false <= 5


def test_an_end_beyond_which_the_recipe_takes_nothing_is_none() -> None:
    trials = made_trials(_drawn(80, 0), lambda one: 0.3 + 0.2 * (4 + np.log10(one["rate"])), count=1000)
    given = evidence(trials, rate=(1e-4, 1e-1, True))
    assert found("best-at-edge", dataclasses.replace(given, takes=lambda _field, value: value <= 0.1)) is None
    some = found("best-at-edge", dataclasses.replace(given, takes=lambda _field, value: value <= 0.3))
    assert some is not None
    assert some.settings == ("rate=0.1,0.2",)


def _idle(settings: list[dict[str, Any]], name: str, samples: bool) -> list[TrialResult]:
    """Trials whose results depend on all fields but one."""
    rest = [{k: v for k, v in one.items() if k != name} for one in settings]
    different = [one for i, one in enumerate(rest) if one not in rest[:i]]
    made = made_trials(different, lambda one: 0.6 + 0.1 * next(iter(one.values())), samples=samples)
    return [
        dataclasses.replace(made[different.index(own)], name=f"t{i}", fields=one)
        for i, (own, one) in enumerate(zip(rest, settings, strict=True))
    ]


@pytest.mark.parametrize("samples", [True, False])
def test_a_batch_size_under_full_batches_changes_nothing(samples: bool) -> None:
    trials = _idle(grid(a=[1, 2, 3], b=[1, 2], batch=[16, 32, 64]), "batch", samples)
    told = found("changes-nothing", evidence(trials))
    assert told is not None
    assert "`batch`" in told.seen
    assert (told.numbers["trained"], told.numbers["different"]) == (18, 6)


def test_what_changes_a_single_answer_is_not_told() -> None:
    trials = made_trials(grid(a=[1, 2, 3], batch=[16, 32, 64]), lambda one: 0.6 + 0.1 * one["a"])
    assert found("changes-nothing", evidence(trials)) is None


def test_few_equal_scores_alone_prove_nothing() -> None:
    cells = [CellResult(0, None, score, "x") for score in (0.5, 0.5, 0.7)]
    trials = [TrialResult(f"t{i}", {"a": i}, (cell,)) for i, cell in enumerate(cells)]
    assert found("changes-nothing", evidence(trials)) is None


def test_a_winner_by_chance_is_not_told_from_the_second_and_one_far_ahead_is() -> None:
    equal = made_trials(grid(a=list(range(20))), lambda _one: 0.8)
    told = found("winner-not-told", evidence(equal))
    assert told is not None
    assert told.numbers["beats"] < 0.95
    assert "trial-0" in told.advice
    ahead = made_trials(grid(a=list(range(20))), lambda one: 0.95 if one["a"] == 7 else 0.6)
    assert found("winner-not-told", evidence(ahead)) is None


def _folds(shifts: Mapping[str, list[float]]) -> list[TrialResult]:
    return [
        TrialResult(name, {"a": name}, tuple(CellResult(0, i, 0.8 + s, f"fold-{i}") for i, s in enumerate(own)))
        for name, own in shifts.items()
    ]


def test_too_few_folds_for_a_difference_that_more_would_show() -> None:
    trials = _folds({"x": [0.03, 0.01, 0.035], "y": [0.0, 0.0, 0.0]})
    told = found("too-few-folds", evidence(trials))
    assert told is not None
    # d = 0.025, s = 0.01323: t·s/√n is 0.0329 for 3 and 0.0210 for 4
    assert told.numbers["needed"] == 4
    assert "too-few-folds" in found_rules(evidence(trials))
    assert "winner-not-told" not in found_rules(evidence(trials)), "one cause is told once"


@pytest.mark.parametrize("own", [[0.03, 0.03, 0.031], [0.05, -0.05, 0.001]])
def test_enough_folds_or_hopelessly_few_are_not_told(own: list[float]) -> None:
    assert found("too-few-folds", evidence(_folds({"x": own, "y": [0.0, 0.0, 0.0]}))) is None


def test_a_value_with_which_all_failed_is_named() -> None:
    trials = made_trials(_rates(), lambda _one: 0.8)
    ill = [dataclasses.replace(t, cells=(), status="failed") if t.fields[RATE] == 0.1 else t for t in trials]
    told = found("value-always-fails", evidence(ill))
    assert told is not None
    assert "All 3 trials" in told.seen
    some = [dataclasses.replace(t, cells=(), status="failed") if t is trials[0] else t for t in trials]
    assert found("value-always-fails", evidence(some)) is None


def test_a_study_in_which_all_failed_is_no_reason_to_raise() -> None:
    failed = [TrialResult(f"t{i}", {"a": i}, status="failed") for i in range(4)]
    assert check_study(evidence(failed)) == ()


def test_findings_are_the_same_in_both_languages() -> None:
    trials = made_trials(_rates(), lambda one: {0.001: 0.6, 0.01: 0.75, 0.1: 0.9}[one[RATE]])
    told = check_study_in(["en", "es"], evidence(trials))
    assert [one.rule for one in told["en"]] == [one.rule for one in told["es"]]
