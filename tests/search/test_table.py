"""The study's table: intervals as SciPy has them, differences seed by seed, and nothing claimed from one seed."""

from __future__ import annotations

import csv
import io
import json
import math

import pytest
from scipy import stats

from trasluz.metrics.over_seeds import over_seeds
from trasluz.search.table import Result, make_table

VARIANTS = {"plain": {}, "more": {"train.epochs": 9}}


def results(**scores: list[float]) -> list[Result]:
    return [
        Result(variant, seed, f"{variant}-{seed}", {"accuracy": value}, seconds=2.0, epochs=3, parameters=7)
        for variant, values in scores.items()
        for seed, value in enumerate(values)
    ]


def test_means_and_intervals_are_students_t() -> None:
    values = [0.91, 0.93, 0.90, 0.94]
    table = make_table(results(plain=values, more=values), VARIANTS, "plain")
    found = table.rows[0].scores["accuracy"]
    own = stats.ttest_1samp(values, 0.0).confidence_interval(0.95)
    assert (found.mean, found.low, found.high) == pytest.approx((sum(values) / 4, own.low, own.high), abs=0.006)
    assert (found.mean, found.low, found.high) == pytest.approx(over_seeds(values, (0.0, 1.0)))
    assert (table.rows[0].seconds, table.rows[0].epochs, table.rows[0].parameters) == (2.0, 3.0, 7)


def test_differences_are_paired_by_seed() -> None:
    plain, more = [0.80, 0.90, 0.70], [0.83, 0.94, 0.72]
    table = make_table(results(plain=plain, more=more), VARIANTS, "plain")
    assert table.rows[0].differences == {}
    found = table.rows[1].differences["accuracy"]
    paired = stats.ttest_rel(more, plain).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((paired.low, paired.high), abs=1e-3)
    assert found.excludes_zero
    assert found.mean == pytest.approx(0.03)


def test_only_seeds_that_both_finished_are_compared() -> None:
    some = [*results(plain=[0.5, 0.6], more=[0.7, 0.8]), Result("more", 2, "more-2", {"accuracy": 0.99})]
    table = make_table(some, VARIANTS, "plain")
    assert len(table.rows[1].scores["accuracy"].values) == 3
    assert len(table.rows[1].differences["accuracy"].values) == 2


def test_one_seed_claims_nothing() -> None:
    table = make_table(results(plain=[0.5], more=[0.9]), VARIANTS, "plain")
    found = table.rows[1].differences["accuracy"]
    assert not found.excludes_zero
    assert math.isinf(found.high)
    plain = table.to_dict()["rows"][1]["differences"]["accuracy"]
    assert plain["low"] is None
    json.dumps(table.to_dict(), allow_nan=False)


def test_two_seeds_far_apart_stay_inside_the_range_of_a_share() -> None:
    table = make_table(results(plain=[0.14, 0.43], more=[0.99, 0.2]), VARIANTS, "plain")
    for row in table.rows:
        assert 0 < row.scores["accuracy"].low < row.scores["accuracy"].high < 1
    assert -1 < table.rows[1].differences["accuracy"].low < table.rows[1].differences["accuracy"].high < 1


def test_seeds_that_gave_the_same_claim_nothing() -> None:
    table = make_table(results(plain=[0.5, 0.5], more=[0.75, 0.75]), VARIANTS, "plain")
    assert math.isinf(table.rows[0].scores["accuracy"].low)
    assert not table.rows[1].differences["accuracy"].excludes_zero
    line = list(csv.DictReader(io.StringIO(table.to_csv())))[1]
    assert (line["mean"], line["low"], line["difference_mean"], line["difference_low"]) == ("0.75", "", "0.25", "")


def test_a_variant_that_diverged_is_named_and_the_rest_counts() -> None:
    some = [*results(plain=[0.5, 0.6]), Result("more", 0, "more-0", {}, failure="diverged"), *results(more=[0.7])]
    table = make_table(some, VARIANTS, "plain")
    assert table.rows[1].failures == ("diverged",)
    assert table.rows[1].scores["accuracy"].mean == pytest.approx(0.7)


def test_named_metrics_come_first_and_unknown_ones_are_left_out() -> None:
    some = [Result("plain", 0, "a", {"loss": 1.0, "accuracy": 0.5})]
    assert make_table(some, VARIANTS, "plain", ("accuracy", "nothing")).metrics == ("accuracy", "loss")


def test_csv_holds_every_number() -> None:
    table = make_table(results(plain=[0.5, 0.6], more=[0.7, 0.9]), VARIANTS, "plain")
    lines = list(csv.DictReader(io.StringIO(table.to_csv())))
    assert [(line["variant"], line["seeds"]) for line in lines] == [("plain", "2"), ("more", "2")]
    assert float(lines[1]["difference_mean"]) == pytest.approx(0.25)
    assert lines[0]["difference_mean"] == ""


def test_nothing_done_is_an_empty_table() -> None:
    table = make_table([], VARIANTS, "plain")
    assert table.metrics == ()
    assert [row.scores for row in table.rows] == [{}, {}]
