"""Grids and plans: which points there are, in which order, and what is refused before anything is trained."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from tests.search.trials.made_search import BATCH, RATE, made_study
from trasluz.errors import RecipeError
from trasluz.search.trials.plan import Plan
from trasluz.search.trials.space import Space

NAME, MOMENTUM = "train.optimiser.name", "train.optimiser.momentum"


def test_a_grid_has_every_combination_with_the_last_field_changing_fastest() -> None:
    over = {
        RATE: [0.001, 0.01, 0.1],
        BATCH: {"low": 16, "high": 48, "integer": True, "step": 16},
        "train.epochs": [1, 2],
    }
    points = Space.of(made_study(over=over)).grid()
    expected = itertools.product([0.001, 0.01, 0.1], [16, 32, 48], [1, 2])
    assert [tuple(point.values()) for point in points] == list(expected)


def test_a_field_under_a_condition_is_in_the_grid_only_there_even_if_it_was_named_first() -> None:
    over = {MOMENTUM: {"choices": [0.5, 0.9], "when": {NAME: "sgd"}}, NAME: ["adam", "sgd"]}
    points = Space.of(made_study(over=over)).grid()
    assert points == ({NAME: "adam"}, {NAME: "sgd", MOMENTUM: 0.5}, {NAME: "sgd", MOMENTUM: 0.9})


def test_variants_are_a_choice_among_the_fields() -> None:
    study = made_study(variants={"deep": {"model.network.channels": [8, 16]}, "flat": {}}, over={BATCH: [16, 32]})
    plan = Plan.of(study)
    assert plan.points == tuple({"variant": v, BATCH: b} for v in ("deep", "flat") for b in (16, 32))
    cell = plan.cells(0, {"variant": "deep", BATCH: 16})[0]
    assert (cell.recipe.model["network"]["channels"], cell.recipe.train.batch) == ([8, 16], 16)


def test_lists_are_choices_that_come_back_as_they_were() -> None:
    space = Space.of(made_study(over={"model.network.channels": [[8], [8, 16]]}))
    point = {"model.network.channels": [8, 16]}
    assert space.of_labels(space.labels(point)) == point


def test_cells_are_seeds_and_each_has_a_hash_of_its_own() -> None:
    cells = Plan.of(made_study(seeds=3)).cells(4, {RATE: 0.01, BATCH: 16})
    assert [cell.number for cell in cells] == [0, 1, 2]
    assert [cell.recipe.seed for cell in cells] == [0, 1, 2]
    assert {cell.variant for cell in cells} == {"trial-4"}
    assert len({cell.recipe_hash for cell in cells}) == 3


def test_what_decides_and_which_way_is_better() -> None:
    plans = [Plan.of(made_study(search={"metric": metric})) for metric in (None, "loss", "valid/macro_f1", "log_loss")]
    assert [(p.split, p.metric, p.better) for p in plans] == [
        ("valid", "accuracy", "higher"),
        ("valid", "loss", "lower"),
        ("valid", "macro_f1", "higher"),
        ("valid", "log_loss", "lower"),
    ]
    assert Plan.of(made_study(base="digits-autoencoder")).metric == "loss"


@pytest.mark.parametrize(
    ("more", "complaint"),
    [
        ({"over": {"train.optimiser.learning_rat": [0.1, 0.2]}}, "Did you mean learning_rate"),
        ({"over": {"train.epochs": [1, -2]}}, "train.epochs: -2 is not allowed"),
        ({"over": {RATE: {"low": -1, "high": 1}}}, "learning_rate: -1"),
        ({"set": {"compute.devices": 2}}, "trains each run by one process"),
        ({"search": {"sampler": "grid"}}, f"over: {RATE} is a range without steps"),
        ({"search": {"metric": "acuracy"}}, "nothing is called acuracy.*Did you mean accuracy"),
        ({"search": {"metric": "test/accuracy"}}, "would choose by test data"),
        ({"search": {"metric": "train/accuracy"}}, "is of the split train, but this study judges on valid"),
        ({"search": {"pruner": "folds"}}, "compares fold by fold; give --folds"),
        ({"over": {MOMENTUM: {"choices": [0.5, 0.9], "when": {"train.optimiser.nam": "sgd"}}}}, "is not varied"),
        (
            {"over": {NAME: ["adam"], MOMENTUM: {"choices": [0.5, 0.9], "when": {NAME: "sgd"}}}},
            "train.optimiser.name is never sgd; its values are adam",
        ),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(more: dict[str, Any], complaint: str) -> None:
    with pytest.raises(RecipeError, match=complaint):
        Plan.of(made_study(**more))


def test_fields_that_wait_for_each_other_are_refused() -> None:
    over = {RATE: {"choices": [0.1], "when": {BATCH: 16}}, BATCH: {"choices": [16], "when": {RATE: 0.1}}}
    with pytest.raises(RecipeError, match="wait for each other"):
        Plan.of(made_study(over=over))
