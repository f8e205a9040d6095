"""Studies: every built-in one names recipes and fields that exist; a wrong one says so before anything is trained."""

from __future__ import annotations

from pathlib import Path

import pytest

from trasluz.errors import RecipeError
from trasluz.recipe.study import Study, load_study, study_names


@pytest.mark.parametrize("name", study_names())
def test_every_built_in_study_makes_a_recipe_for_each_variant(name: str) -> None:
    study = load_study(name)
    assert study.name == name
    assert set(study.description) == {"en", "es"}
    assert all(len(line) < 160 for line in study.description.values())
    recipes = {variant: study.recipe(variant, 0) for variant in study.variants}
    assert len({recipe.hash for recipe in recipes.values()}) == len(recipes)


def test_seeds_are_consecutive_and_a_variant_changes_only_what_it_names() -> None:
    study = Study(name="s", base="digits-cnn", set={"train.epochs": 2}, variants={"a": {}, "b": {"train.batch": 32}})
    first, second = study.recipe("a", 0), study.recipe("a", 1)
    assert second.seed == first.seed + 1
    assert study.recipe("b", 0).override({"train.batch": first.train.batch, "name": "a"}) == first
    assert study.compared_with == "a"


def test_a_variant_may_have_another_base() -> None:
    study = Study(name="s", base="digits-cnn", variants={"a": {}, "b": {"recipe": "digits-autoencoder"}})
    assert study.recipe("b", 0).model["family"] == "autoencoder"


def test_yaml_of_a_study_is_the_study(tmp_path: Path) -> None:
    study = load_study("pooling")
    path = tmp_path / "own.yaml"
    path.write_text(study.to_yaml(), encoding="utf-8")
    assert load_study(path) == study


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("name: s\nbase: digits-cnn", "variants"),
        ("name: s\nbase: digits-cnn\nvariants: {}", "variants"),
        ("name: s\nbase: digits-cnn\nvariants: {a: {}}\nreference: b", "reference"),
        ("name: s\nbase: digits-cnn\nvariants: {a: {}}\nseeds: 0", "seeds"),
        ("name: s\nbase: digits-cnn\nvariants: {A B: {}}", "variants"),
        ("- 1", "mapping"),
        ("name: [", "YAML"),
    ],
)
def test_a_wrong_study_is_refused_with_the_field(tmp_path: Path, text: str, word: str) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RecipeError, match=word):
        load_study(path)


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(RecipeError, match="Did you mean pooling"):
        load_study("poling")
