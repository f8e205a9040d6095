"""Optimisers and schedules are read by the part that they name, wherever that lives."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from trasluz import components
from trasluz.errors import RecipeError
from trasluz.recipe import OPTIMISERS, SCHEDULES, Recipe, from_dict, from_yaml, load, schema
from trasluz.recipe.chosen import Chosen


@pytest.mark.parametrize("chosen", [OPTIMISERS, SCHEDULES], ids=["optimisers", "schedules"])
def test_every_part_is_called_as_its_file(chosen: Chosen) -> None:
    for name, config in chosen.configs():
        assert config.model_fields["name"].default == name
        with pytest.raises(ValueError, match="name"):
            config(name="other")


def test_reading_a_recipe_imports_no_pytorch() -> None:
    words = (
        "from trasluz.recipe import load, schema; import sys; "
        "load('digits-cnn').override({'train.optimiser.name': 'lion'}); "
        "schema(); print('torch' in sys.modules)"
    )
    assert subprocess.check_output([sys.executable, "-c", words], text=True).strip() == "False"


def test_parts_can_be_imported_before_recipes() -> None:
    subprocess.check_call([sys.executable, "-c", "import trasluz.training.optimisers.adam, trasluz.recipe"])
    subprocess.check_call([sys.executable, "-c", "import trasluz.training.schedules, trasluz.recipe"])


def test_a_recipe_holds_the_fields_of_its_own_optimiser_and_schedule_and_no_others() -> None:
    tree = load("digits-cnn").to_dict()["train"]
    assert set(tree["optimiser"]) >= {"name", "betas", "eps", "weight_decay"}
    assert "momentum" not in tree["optimiser"]
    assert "peak" in tree["schedule"]
    assert "every" not in tree["schedule"]
    own = Recipe().override({"train.optimisers": {"main": {"name": "sgd", "momentum": 0.9}}}).to_dict()
    assert own["train"]["optimisers"]["main"]["momentum"] == 0.9


def test_yaml_and_hash_are_those_of_the_recipe_that_is_read_again() -> None:
    recipe = load("digits-cnn")
    again = from_yaml(recipe.to_yaml(), "again")
    assert (again, again.hash) == (recipe, recipe.hash)
    assert recipe.override({"train.optimiser.betas": [0.8, 0.99]}).hash != recipe.hash


def test_a_complete_recipe_of_all_optimisers_fields_is_read_where_strangers_are_at_their_default() -> None:
    complete = {
        "name": "sgd",
        "rule": "torch",
        "momentum": 0.5,
        "nesterov": False,
        "betas": [0.9, 0.999],
        "alpha": 0.99,
        "eps": 1e-8,
    }
    section = from_dict({"train": {"optimiser": complete}}).train.optimiser
    assert section == OPTIMISERS.read({"name": "sgd", "momentum": 0.5})
    with pytest.raises(RecipeError, match=r"train\.optimiser: sgd has no eps; it belongs to adam, adamw, nadam, rms"):
        from_dict({"train": {"optimiser": {**complete, "eps": 1e-7}}})


@pytest.mark.parametrize(
    ("tree", "sentence"),
    [
        (
            {"train": {"optimiser": {"name": "adamm"}}},
            "train.optimiser.name: 'adamm' is not allowed: neither Trasluz nor an installed package brings it; "
            "allowed: 'adam', 'adamw', 'lion', ",
        ),
        ({"train": {"optimiser": {"name": ["adam"]}}}, "train.optimiser.name: ['adam'] is not allowed"),
        ({"train": {"optimiser": 3}}, "train.optimiser: 3 is not allowed: it must be a name with fields."),
        ({"train": {"optimisers": {"d": {"betas": [2, 0]}}}}, "train.optimisers.d.betas.0: 2 is not allowed"),
        ({"train": {"schedule": {"name": "cosine", "finale": 1}}}, "train.schedule.finale: no such field; allowed: "),
        (
            {"phases": [{"name": "a", "train": {"optimiser": {"name": "sgd", "nesterov": True}}}]},
            "phases.0.train.optimiser: nesterov needs a momentum above 0.",
        ),
    ],
)
def test_what_a_part_refuses_is_told_by_its_place_in_the_recipe(tree: dict[str, object], sentence: str) -> None:
    with pytest.raises(RecipeError) as caught:
        from_dict(tree)
    assert str(caught.value).startswith(sentence)


def test_the_schema_has_every_part_with_its_own_fields() -> None:
    train = json.loads(json.dumps(schema()))["$defs"]["TrainSection"]["properties"]
    found = {part["title"]: part for part in train["optimiser"]["oneOf"]}
    assert tuple(sorted(found)) == components.names(OPTIMISERS.package)
    assert "momentum" in found["sgd"]["properties"]
    assert "momentum" not in found["adam"]["properties"]
    assert found["sgd"]["properties"]["name"]["const"] == "sgd"
    assert [name for name, part in found.items() if not part["required"]] == ["adam"]
    assert {part["title"] for part in train["schedule"]["oneOf"]} == set(components.names(SCHEDULES.package))
