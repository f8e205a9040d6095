"""What was found in cells is counted, and a value is named only where it surely goes with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tests.search.made_trials import grid
from trasluz.search.cell_findings import AskedCell, Counted, count_findings

RATE = "rate"
FOUND = {
    "rule": "not-finite",
    "severity": "bad",
    "title": {"en": "Diverged", "es": "Divergió"},
    "seen": {"en": "At step 3.", "es": "En el paso 3."},
}


def cells(
    settings: list[dict[str, Any]], ill: Callable[[Mapping[str, Any], int], bool], each: int = 1
) -> list[AskedCell]:
    """``each`` trainings for every setting; those of which ``ill`` says so have what was found."""
    return [
        AskedCell(f"t{i}", one, f"run-{i}-{n}", (FOUND,) if ill(one, n) else ())
        for i, one in enumerate(settings)
        for n in range(each)
    ]


def counted(asked: list[AskedCell], *fields: str) -> Counted:
    """The one thing that was found."""
    (only,) = count_findings(asked, fields)
    return only


def test_twelve_of_eighty_one_with_one_rate() -> None:
    settings = grid(rate=[0.001, 0.01, 0.1], hidden=[50, 80, 100], epochs=[5, 10, 15], decay=[0.0, 0.1, 0.2])
    ill = {(50, 5), (80, 5), (100, 10), (50, 15)}
    asked = cells(settings, lambda one, _n: one[RATE] == 0.1 and (one["hidden"], one["epochs"]) in ill)
    told = counted(asked, "rate", "hidden", "epochs", "decay")
    assert (told.cells, told.count) == (12, 81)
    assert told.group is not None
    assert (told.group.field, told.group.kind, told.group.value) == (RATE, "is", 0.1)
    assert (told.group.there, told.group.count, told.group.elsewhere, told.group.others) == (12, 27, 0, 54)
    assert [(share.value, share.there, share.count) for share in told.shares[RATE]] == [
        (0.001, 0, 27),
        (0.01, 0, 27),
        (0.1, 12, 27),
    ]


def test_two_of_four_listed_values_are_told_as_all_from_the_smaller_on() -> None:
    asked = cells(grid(rate=[0.001, 0.01, 0.1, 1.0], hidden=[5, 8, 10]), lambda one, _n: one[RATE] >= 0.1)
    told = counted(asked, "rate", "hidden")
    assert told.group is not None
    assert (told.group.kind, told.group.value, told.group.there, told.group.count) == ("from", 0.1, 6, 6)


def test_drawn_numbers_are_told_from_a_cut_on() -> None:
    rates = 10 ** np.random.default_rng(1).uniform(-4, 0, 60)
    asked = cells([{"rate": float(rate)} for rate in rates], lambda one, _n: one[RATE] > 0.1)
    told = counted(asked, "rate")
    assert told.group is not None
    assert told.group.kind == "from"
    assert told.group.there >= 0.8 * told.cells
    assert sum(share.count for share in told.shares[RATE]) == 60
    assert sum(share.there for share in told.shares[RATE]) == told.cells


def test_what_falls_at_random_goes_with_no_value() -> None:
    settings = grid(rate=[0.001, 0.01, 0.1], hidden=[50, 80, 100], epochs=[5, 10, 15], decay=[0.0, 0.1, 0.2])
    named = 0
    for number in range(200):
        sick = np.random.default_rng(number).random(len(settings)) < 0.15
        asked = [AskedCell(f"t{i}", one, "", (FOUND,) if sick[i] else ()) for i, one in enumerate(settings)]
        named += any(one.group is not None for one in count_findings(asked, ("rate", "hidden", "epochs", "decay")))
    assert named <= 18  # in 1 of 20 at most: more of 200 come once in a hundred times


def test_many_trainings_of_one_trial_are_no_more_evidence_than_one() -> None:
    asked = cells(grid(rate=[0.001, 0.01, 0.1]), lambda one, _n: one[RATE] == 0.1, each=30)
    told = counted(asked, "rate")
    assert (told.cells, told.count, told.group) == (30, 90, None)


def test_the_gravest_comes_first_and_each_title_counts_once_a_training() -> None:
    other = {**FOUND, "rule": "overfitting", "severity": "warn", "title": {"en": "Overfitting", "es": "Sobreajuste"}}
    both = [AskedCell(f"t{i}", {"rate": i}, "", (other, FOUND, FOUND) if i else (other,)) for i in range(3)]
    told = count_findings(both, ("rate",))
    assert [(one.rule, one.cells) for one in told] == [("not-finite", 2), ("overfitting", 3)]


def test_a_field_that_only_some_trials_have_is_counted_in_those() -> None:
    settings = [{"name": "adam"}] * 6 + [{"name": "sgd", "momentum": m} for m in (0.5, 0.9, 0.99)] * 2
    asked = cells(settings, lambda one, _n: one.get("momentum") == 0.99)
    told = counted(asked, "name", "momentum")
    assert [(share.value, share.there, share.count) for share in told.shares["momentum"]] == [
        (0.5, 0, 2),
        (0.9, 0, 2),
        (0.99, 2, 2),
    ]
