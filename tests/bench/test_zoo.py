"""The zoo: its specimens make sense, the quickest are trained here, and the page follows from what is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.zoo import page
from bench.zoo.groups import specimens
from bench.zoo.judge import false_alarms, wrong
from bench.zoo.keep import Keeper
from bench.zoo.made import MADE
from bench.zoo.measures import MEASURES
from bench.zoo.specimen import Specimen
from trasluz.findings.base import names
from trasluz.recipe import load

ALL = specimens()
QUICK = [each for each in ALL.values() if each.quick]


def test_there_are_enough_of_both_kinds_and_each_rule_is_planted() -> None:
    assert len(ALL) >= 45
    assert sum(each.healthy for each in ALL.values()) >= 20
    assert {rule for each in ALL.values() for rule in each.must} == set(names())
    assert len([each.row for each in ALL.values() if each.row]) >= 13


def test_other_hands_plant_every_rule_and_healthy_ones_that_are_counted_apart() -> None:
    others = [each for each in ALL.values() if each.hands]
    assert sum(each.healthy for each in others) >= 25
    assert all(sum(len(each.seeds) for each in others if rule in each.must) >= 3 for rule in names())
    assert not any(each.quick for each in others)
    assert "| found of planted by other hands |" in page.page()


@pytest.mark.parametrize("specimen", ALL.values(), ids=lambda each: each.name)
def test_a_specimen_names_what_there_is(specimen: Specimen) -> None:
    assert {*specimen.must, *specimen.may, *specimen.never} <= set(names())
    assert not {*specimen.must, *specimen.may} & set(specimen.never)
    assert not (specimen.healthy and specimen.must)
    assert specimen.told_by.keys() <= set(specimen.must)
    assert {by for by, _words in specimen.told_by.values()} <= {*specimen.must, *specimen.may}
    assert not specimen.data or specimen.data in MADE
    assert {specimen.before, specimen.judge} - {""} <= ALL.keys()
    settings = {name: value for name, value in specimen.settings.items() if "{before}" not in str(value)}
    load(specimen.recipe).override(settings).resolved_phases()


def test_what_is_measured_of_advice_is_known_for_every_rule_that_advises() -> None:
    assert set(names()) >= MEASURES.keys()


def test_what_the_cause_tells_is_told() -> None:
    planted = Specimen("a", "", "digits-cnn", must=("one-answer",), told_by={"one-answer": ("underfitting", "for all")})
    cause = {"rule": "underfitting", "severity": "note", "seen": "One answer for all."}
    assert wrong(planted, {"findings": [cause], "untrue": []}) == []
    assert wrong(planted, {"findings": [{**cause, "seen": "Little."}], "untrue": []}) == ["one-answer is missing"]


def test_a_missing_a_false_and_an_untrue_word_are_wrong() -> None:
    planted = Specimen("a", "", "digits-cnn", must=("leakage",), may=("overfitting",), never=("dead-units",))
    said = {"findings": [{"rule": "overfitting", "severity": "warn"}], "untrue": ["385"]}
    assert wrong(planted, said) == ["leakage is missing", "it says “385”"]
    remark = {"findings": [{"rule": "leakage", "severity": "bad"}, {"rule": "dead-units", "severity": "note"}]}
    assert false_alarms(planted, remark) == ["dead-units"]
    other = {
        "findings": [{"rule": "underfitting", "severity": "warn"}, {"rule": "redundant-layers", "severity": "note"}]
    }
    assert false_alarms(planted, other) == ["underfitting"]


@pytest.fixture(scope="module")
def keeper(tmp_path_factory: pytest.TempPathFactory) -> Keeper:
    return Keeper(tmp_path_factory.mktemp("zoo"))


@pytest.mark.parametrize("specimen", QUICK, ids=lambda each: each.name)
def test_the_quickest_are_told_what_they_must_be_and_no_more(specimen: Specimen, keeper: Keeper) -> None:
    assert wrong(specimen, keeper.ask(specimen, specimen.seeds[0])) == []


def test_a_run_is_trained_once(keeper: Keeper) -> None:
    one = ALL["leaks-2"]
    assert keeper.run(one, 0).path == keeper.run(one, 0).path


def test_the_page_is_what_is_kept() -> None:
    assert not page.KEPT.exists() or page.PAGE.read_text(encoding="utf-8") == page.page()


def test_made_data_are_the_same_every_time(tmp_path: Path) -> None:
    from bench.zoo.made import file

    first, second = (file("leaky-10", tmp_path / name) for name in ("a", "b"))
    import numpy as np

    with np.load(first) as one, np.load(second) as two:
        for name in one.files:
            np.testing.assert_array_equal(one[name], two[name])
        assert len(one["X_valid"]) == 300
        copies = (one["X_valid"][:, None] == one["X_train"][None]).all((2, 3)).any(1)
        assert copies.sum() >= 30
