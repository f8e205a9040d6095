"""Recipes: what goes in comes out, and what is wrong is said in one sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from trasluz.errors import RecipeError
from trasluz.messages import language
from trasluz.recipe import Recipe, built_in_names, from_dict, from_yaml, load, parse_overrides, schema


@pytest.mark.parametrize("name", built_in_names())
def test_every_built_in_recipe_survives_a_round_trip_and_speaks_both_languages(name: str) -> None:
    recipe = load(name)
    assert from_yaml(recipe.to_yaml(), "x") == recipe
    assert recipe.name == name
    assert set(recipe.description) == {"en", "es"}


@pytest.mark.parametrize(
    ("tree", "words"),
    [
        ({"train": {"epoch": 3}}, ["train.epoch", "no such field", "Did you mean epochs?"]),
        ({"train": {"epochs": 0}}, ["train.epochs", "0", "at least 1"]),
        ({"train": {"batch": "all"}}, ["train.batch", "all"]),
        ({"data": {"augment": {"rotate": 3}}}, ["data.augment.rotate", "Did you mean rotation?"]),
        ({"data": {"valid": "first 10"}}, ["data.valid", "last N"]),
        ({"data": {"valid": 1.0}}, ["data.valid"]),
        ({"train": {"optimiser": {"learning_rate": float("nan")}}}, ["train.optimiser.learning_rate"]),
        ({"train": {"optimiser": {"name": "adam", "momentum": 0.9}}}, ["adam has no momentum", "sgd"]),
        ({"train": {"schedule": {"name": "piecewise", "epochs": [5], "factors": [1]}}}, ["one factor more"]),
        ({"train": {"schedule": {"name": "one-cycle", "warmup": 2}}}, ["warmup"]),
        ({"version": 99}, ["version", "99", "upgrade"]),
        ({"version": "new"}, ["version", "whole number"]),
        ({"phases": [{"name": "a"}, {"name": "a"}]}, ["distinct"]),
        ({"phases": [{"name": "a", "train": {"epohcs": 3}}]}, ["phases.0.train.epohcs", "Did you mean epochs?"]),
        ({"model": {}}, ["model.family"]),
        ({"name": "../up"}, ["name"]),
    ],
)
def test_a_wrong_recipe_names_the_field_the_value_and_what_is_allowed(
    tree: dict[str, object], words: list[str]
) -> None:
    with pytest.raises(RecipeError) as caught:
        from_dict(tree)
    for word in words:
        assert word in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("tree", "sentence"),
    [
        ({"phases": [{"name": "a"}, {"name": "a"}]}, "phases need distinct names."),
        ({"train": {"schedule": {"name": "one-cycle", "warmup": 2}}}, "train.schedule: one-cycle already warms up; "),
        ({"data": {"valid": "first 10"}}, "data.valid: 'first 10' is not allowed: a fraction below 1"),
        ({"train": {"schedule": {"name": "cosine", "every": 3}}}, "train.schedule: cosine has no every; it belongs to"),
    ],
)
def test_fields_that_do_not_go_together_are_told_by_the_reason_alone(tree: dict[str, object], sentence: str) -> None:
    with pytest.raises(RecipeError) as caught:
        from_dict(tree)
    assert str(caught.value).startswith(sentence)
    assert "Value error" not in str(caught.value)


def test_a_phase_names_its_fields_as_recipes_do() -> None:
    with pytest.raises(RecipeError, match=r"phases\.0\.form: no such field; allowed: .*\bfrom\b.*Did you mean from\?"):
        from_dict({"phases": [{"name": "a", "form": "runs/x"}]})


def test_reasons_are_told_in_the_language_of_the_messages() -> None:
    with language("es"), pytest.raises(RecipeError) as caught:
        from_dict({"train": {"epochs": 0, "optimiser": {"name": "adam", "momentum": 0.9}}})
    assert str(caught.value) == (
        "train.epochs: 0 no está permitido: debe ser al menos 1. "
        "train.optimiser: adam no tiene momentum; es de rmsprop, sgd."
    )


@pytest.mark.parametrize("text", ["a: [1, 2", "- 1\n- 2", "just words", "", "a: b: c"])
def test_text_that_is_no_recipe_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(RecipeError, match="YAML"):
        from_yaml(text, "mine.yaml")


def test_an_unknown_recipe_names_the_nearest_known_one() -> None:
    with pytest.raises(RecipeError, match="Did you mean digits-cnn"):
        load("digit-cnn")


def test_overrides_reach_nested_fields_and_are_checked() -> None:
    recipe = Recipe().override(
        {"train.optimiser.learning_rate": 0.5, "data.size": [32, 48], "model.family": "autoencoder"}
    )
    assert recipe.train.optimiser.learning_rate == 0.5
    assert recipe.data.size == (32, 48)
    with pytest.raises(RecipeError, match=r"train\.epochs is a single value"):
        Recipe().override({"train.epochs.x": 1})
    with pytest.raises(RecipeError, match="Did you mean train"):
        Recipe().override({"trian.epochs": 1})


def test_overrides_reach_phases_by_position() -> None:
    recipe = from_dict({"phases": [{"name": "a"}, {"name": "b"}]}).override({"phases.1.train.epochs": 7})
    assert [train.epochs for _phase, train in recipe.resolved_phases()] == [10, 7]
    with pytest.raises(RecipeError, match="0 to 1"):
        recipe.override({"phases.2.name": "c"})


def test_override_pairs_are_read_as_yaml() -> None:
    assert parse_overrides(["train.epochs=5", "data.size=[8, 9]", "data.test=null"]) == {
        "train.epochs": 5,
        "data.size": [8, 9],
        "data.test": None,
    }
    for pair in ("train.epochs", "=5", "a=[1"):
        with pytest.raises(RecipeError, match="--set"):
            parse_overrides([pair])


def test_phases_override_only_what_they_name() -> None:
    recipe = from_dict(
        {
            "train": {"epochs": 3, "batch": 7},
            "phases": [{"name": "a", "train": {"optimiser": {"name": "sgd", "learning_rate": 1}}}, {"name": "b"}],
        }
    )
    first, second = (train for _phase, train in recipe.resolved_phases())
    assert (first.epochs, first.batch, first.optimiser.name, second.optimiser.name) == (3, 7, "sgd", "adam")


def test_the_hash_changes_with_what_is_trained_and_not_with_where() -> None:
    base = Recipe()
    assert base.override({"compute.device": "cpu", "name": "other"}).hash == base.hash
    assert base.override({"seed": 1}).hash != base.hash


def test_what_is_worked_out_for_a_recipe_is_not_that_of_its_copies() -> None:
    recipe = load("digits-cnn")
    assert recipe.hash == from_dict(recipe.to_dict()).hash
    assert hash(recipe) == hash(from_dict(recipe.to_dict()))
    ((_phase, train),) = recipe.resolved_phases()
    longer = recipe.model_copy(update={"train": train.model_copy(update={"epochs": 99})})
    assert longer.resolved_phases()[0][1].epochs == 99
    hashes = [recipe.hash, recipe.with_seed(7).hash, longer.hash, recipe.model_copy(deep=True).with_seed(8).hash]
    assert len(set(hashes)) == 4
    assert recipe.with_seed(7).hash == recipe.override({"seed": 7}).hash
    assert recipe.with_seed(recipe.seed) == recipe
    assert "complete_phases" not in recipe.to_dict()
    assert from_yaml(recipe.to_yaml(), "x") == recipe


def test_a_recipe_cannot_be_changed_in_place() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Recipe().seed = 3  # type: ignore[misc]  # that it is refused is what is tested


def test_the_schema_is_json_and_describes_every_top_field() -> None:
    tree = json.loads(json.dumps(schema()))
    assert set(tree["properties"]) == set(Recipe().to_dict())


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(RecipeError, match="UTF-8"):
        load(path)


def test_a_source_whose_name_no_recipe_can_hold_is_refused_in_a_sentence() -> None:
    with pytest.raises(RecipeError, match=r"data\.source: the name ni\\xf1o is no UTF-8"):
        Recipe().override({"data.source": "ni\udcf1o"})


def test_wrong_values_of_any_length_make_a_short_sentence() -> None:
    many = {f"f{number}": 1 for number in range(1000)}
    for wrong in ({"train": {"epochs": "x" * 10**6}}, {"seed": [list(range(10**5))]}, {"x" * 10**5: 1}, many):
        with pytest.raises(RecipeError) as refused:
            from_dict(wrong)
        assert len(str(refused.value)) < 2000


def test_an_unknown_recipe_is_answered_with_recipes_data_and_files_called_almost_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "pets.yaml").write_text("name: pets", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    expected = {
        "fotos": "Did you mean photos?",
        "pts.yaml": "Did you mean pets.yaml?",
        "fashion-mnits": "Did you mean fashion-mnist",
        "cats-dog": "cats-dogs-tuned?",
        str(tmp_path / "photo"): f"Did you mean {tmp_path / 'photos'}?",
    }
    for word, hint in expected.items():
        with pytest.raises(RecipeError) as caught:
            load(word)
        assert hint in str(caught.value)
        assert "cats-dogs-1, conv" not in str(caught.value)  # no wall of names
    for nothing in ("photos", "zzzzzz", "x" * 200):
        with pytest.raises(RecipeError) as caught:
            load(nothing)
        assert "Did you mean" not in str(caught.value)
