"""What a study searches: ranges, choices, conditions and folds, from YAML and from words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from trasluz.components import configure
from trasluz.errors import RecipeError
from trasluz.recipe.searching import FoldsSection, parse_over
from trasluz.recipe.study import Study, load_study

RATE = "train.optimiser.learning_rate"


def _study(**more: Any) -> Study:
    return configure(Study, {"name": "s", "base": "digits-cnn", **more}, "")


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (f"{RATE}=0.001,0.01,1e-1", {"choices": [0.001, 0.01, 0.1]}),
        ("model.network.hidden=50..200", {"low": 50, "high": 200, "integer": True}),
        (f"{RATE}=1e-4..1e-1:log", {"low": 1e-4, "high": 0.1, "log": True, "integer": False}),
        ("train.clip=0..1:step=0.1", {"low": 0, "high": 1, "step": 0.1, "integer": False}),
        ("train.batch=32,full", {"choices": [32, "full"]}),
        ("model.network.channels=[8],[8, 16]", {"choices": [[8], [8, 16]]}),
        ("train.clip=null,1.0", {"choices": [None, 1.0]}),
        (
            "train.optimiser.momentum=0.5..0.9 when train.optimiser.name=sgd",
            {"low": 0.5, "high": 0.9, "integer": False, "when": {"train.optimiser.name": "sgd"}},
        ),
    ],
)
def test_words_say_values_ranges_and_conditions(words: str, meant: dict[str, Any]) -> None:
    field = words.partition("=")[0]
    assert parse_over([words]) == {field: meant}
    _study(over={**parse_over([words]), "train.optimiser.name": ["adam", "sgd"]})


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("train.epochs", "give a field and its values"),
        ("train.epochs=", "there is an empty value"),
        ("train.epochs=5,,7", "the values are not YAML"),
        ("train.epochs=a..b", "'a' is not a number"),
        ("train.epochs=1..9:linear", "linear is not understood; allowed after a range: :log, :step=N"),
        ("train.epochs=1..9 when x", "after `when` give another varied field"),
    ],
)
def test_words_that_are_not_understood_are_refused_in_a_sentence(words: str, complaint: str) -> None:
    with pytest.raises(RecipeError, match=complaint.replace("(", r"\(")):
        parse_over([words])


@pytest.mark.parametrize(
    ("over", "complaint"),
    [
        ({"low": 9, "high": 1}, "a range from 9 to 1 holds no values"),
        ({"low": 1, "high": 1}, "a range from 1 to 1 holds no values"),
        ({"low": 0, "high": 1, "log": True}, "a logarithmic range begins above 0"),
        ({"low": 1, "high": 9, "log": True, "step": 1}, "log and step do not go together"),
        ({"low": 0.5, "high": 9, "integer": True}, "must be whole numbers"),
        ([], "it needs at least 1 entries"),
        ([1, 2, 1], "1 is given twice"),
        (5, "give a list of values"),
        ({"lowest": 1, "high": 9}, "lowest: no such field"),
    ],
)
def test_wrong_ranges_are_refused_in_a_sentence(over: Any, complaint: str) -> None:
    with pytest.raises(RecipeError, match=complaint):
        _study(over={RATE: over})


def test_a_study_asks_something_and_only_what_goes_together() -> None:
    with pytest.raises(RecipeError, match="give variants to compare, or `over` with fields to search"):
        _study()
    with pytest.raises(RecipeError, match="search says how to choose values"):
        _study(variants={"a": {}}, search={"trials": 5})


def test_a_study_comes_back_from_its_own_yaml(tmp_path: Path) -> None:
    over = {RATE: {"low": 1e-4, "high": 0.1, "log": True}, "train.batch": [16, 32]}
    asked = _study(over=over, folds={"count": 3, "repeats": 2}, search={"sampler": "tpe", "trials": 7})
    (tmp_path / "s.yaml").write_text(asked.to_yaml())
    assert load_study(tmp_path / "s.yaml") == asked


def test_leaving_one_group_out_lets_the_data_say_how_many_folds_there_are() -> None:
    assert FoldsSection(count=4).field(1, 2) == {
        "count": 4,
        "index": 1,
        "kind": "stratified",
        "repeat": 2,
        "seed": 0,
    }
    assert FoldsSection(kind="leave-one-group-out").field(0, 0)["count"] is None
