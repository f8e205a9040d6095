"""Words of before are read wherever people write them, and become the words of today."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from trasluz.errors import RecipeError
from trasluz.recipe import from_dict, from_yaml, load
from trasluz.recipe.migrations import STEPS, VERSION, Step, migrate, present_fields
from trasluz.recipe.study import Study, load_study

OLD: dict[str, Any] = {
    "train": {
        "optimiser": {"name": "sgd", "rate": 0.5},
        "optimisers": {"generator": {"rate": 0.1}},
        "rates": {"classifier.*": 0.1},
    },
    "phases": [{"name": "a", "train": {"optimiser": {"rate": 0.2}, "rates": {"*": 2.0}}}],
}


@pytest.mark.parametrize("version", [{}, {"version": 1}, {"version": 2}])
def test_names_of_version_1_are_read_in_every_version(version: dict[str, int]) -> None:
    recipe = from_dict({**version, **OLD})
    assert recipe.version == VERSION == 2
    assert recipe.train.optimiser.learning_rate == 0.5
    assert recipe.train.optimisers["generator"].learning_rate == 0.1
    assert recipe.train.learning_rate_factors == {"classifier.*": 0.1}
    ((_phase, train),) = recipe.resolved_phases()
    assert (train.optimiser.learning_rate, train.learning_rate_factors) == (0.2, {"classifier.*": 0.1, "*": 2.0})
    text = recipe.to_yaml()
    assert "version: 2" in text
    assert " rate:" not in text
    assert "rates:" not in text
    assert from_yaml(text, "again").hash == recipe.hash


@pytest.mark.parametrize(
    "values",
    [
        {"train.optimiser.rate": 0.5},
        {"train.optimiser": {"name": "adamw", "rate": 0.5}},
        {"train.optimisers.main.rate": 0.5},
        {"train.optimisers": {"main": {"rate": 0.5}}},
        {"train.rates": {"classifier.*": 0.5}},
        {"train.rates.a": 0.5},
        {"phases": [{"name": "a", "train": {"optimiser": {"rate": 0.5}}}]},
    ],
)
def test_names_of_version_1_are_read_where_fields_are_set(values: dict[str, object]) -> None:
    recipe = load("digits-cnn").override(values)
    if "phases" in values:
        recipe = recipe.override({"phases.0.train.optimiser.rate": 0.25, "phases.0.train.rates": {"*": 0.5}})
        assert recipe.phases[0].train == {"optimiser": {"learning_rate": 0.25}, "learning_rate_factors": {"*": 0.5}}
        return
    train = recipe.train
    found = [train.optimiser.learning_rate, *(s.learning_rate for s in train.optimisers.values())]
    assert 0.5 in [*found, *train.learning_rate_factors.values()]


def test_what_early_stopping_watches_is_read_by_its_name_of_version_1() -> None:
    tree: dict[str, Any] = {"early_stopping": {"monitor": "rate"}}
    recipe = from_dict({"train": tree, "phases": [{"name": "a", "train": tree}]})
    ((_phase, train),) = recipe.resolved_phases()
    for section in (recipe.train.early_stopping, train.early_stopping):
        assert section is not None
        assert section.monitor == "learning_rate"
    for values in ({"train.early_stopping.monitor": "rate/main"}, {"train.early_stopping": {"monitor": "rate/main"}}):
        watched = load("digits-cnn").override(values).train.early_stopping
        assert watched is not None
        assert watched.monitor == "learning_rate/main"
    other = {"train.early_stopping.monitor": "valid/rate"}
    assert present_fields(other) == other


@pytest.mark.parametrize(
    ("tree", "field"),
    [
        ({"train": {"optimiser": {"rate": 1, "learning_rate": 1}}}, "train.optimiser.rate"),
        ({"phases": [{"name": "a", "train": {"rates": {}, "learning_rate_factors": {}}}]}, "phases.0.train.rates"),
    ],
)
def test_a_field_by_both_its_names_is_refused(tree: dict[str, object], field: str) -> None:
    with pytest.raises(RecipeError, match=rf"^{field} is the earlier name of .*; give one of them\."):
        from_dict(tree)


def test_a_field_set_by_both_its_names_is_refused_in_either_order() -> None:
    for names in (("rate", "learning_rate"), ("learning_rate", "rate")):
        with pytest.raises(RecipeError, match="give one of them"):
            load("digits-cnn").override({f"train.optimiser.{name}": 0.1 for name in names})


def test_fields_of_other_parts_that_are_called_alike_are_left_alone() -> None:
    assert migrate("recipe", {"model": {"rate": 1, "rates": 2}}, 1) == {"model": {"rate": 1, "rates": 2}}
    assert present_fields({"model.rate": 1, "train.epochs": 2}) == {"model.rate": 1, "train.epochs": 2}


def test_a_study_is_read_by_the_names_of_version_1_and_written_by_those_of_today(tmp_path: Path) -> None:
    tree = {
        "name": "mine",
        "base": "digits-cnn",
        "judge": "test",
        "set": {"train.rates": {"*": 0.5}},
        "variants": {"low": {"train.optimiser.rate": 0.1}, "sgd": {"train.optimiser": {"name": "sgd", "rate": 0.2}}},
    }
    path = tmp_path / "study.yaml"
    path.write_text(yaml.safe_dump(tree))
    study = load_study(path)
    assert study.version == VERSION
    assert study.split == "test"
    assert study.set == {"train.learning_rate_factors": {"*": 0.5}}
    assert study.variants == {
        "low": {"train.optimiser.learning_rate": 0.1},
        "sgd": {"train.optimiser": {"name": "sgd", "learning_rate": 0.2}},
    }
    path.write_text(study.to_yaml())
    assert load_study(path) == study
    assert study.recipe("low", 0).train.optimiser.learning_rate == 0.1
    path.write_text(yaml.safe_dump({**tree, "split": "valid"}))
    with pytest.raises(RecipeError, match="judge is the earlier name of split"):
        load_study(path)
    of_parts = {name: value for name, value in tree.items() if name != "judge"}
    assert Study(**of_parts).recipe("sgd", 0).train.optimiser.learning_rate == 0.2


def test_what_is_newer_than_the_program_is_refused_by_its_kind(tmp_path: Path) -> None:
    for kind in ("recipe", "model", "study"):
        with pytest.raises(RecipeError, match=f"this {kind} is of version 3, .* up to 2; upgrade trasluz"):
            migrate(kind, {}, 3)
    (tmp_path / "x.yaml").write_text("version: 3\nname: x\nbase: digits-cnn\nvariants: {a: {}}\n")
    with pytest.raises(RecipeError, match="this study is of version 3"):
        load_study(tmp_path / "x.yaml")
    for version in ("new", True, 0, None):
        with pytest.raises(RecipeError, match="whole number from 1 to 2"):
            migrate("recipe", {}, version)


def test_what_a_step_changes_beyond_names_is_done_once(monkeypatch: pytest.MonkeyPatch) -> None:
    double = {"model": lambda tree: {**tree, "size": 2 * tree["size"]}}
    monkeypatch.setitem(STEPS, 1, Step({"model.width": "size"}, double))
    assert migrate("model", {"width": 3}, 1) == {"size": 6}
    assert migrate("model", {"width": 3}, 2) == {"size": 3}


def test_what_a_variant_changes_goes_over_what_the_study_sets_whatever_the_words() -> None:
    study = Study(
        name="mine",
        base="digits-cnn",
        set={"train.optimiser.learning_rate": 0.1},
        variants={"low": {"train.optimiser.rate": 0.2}},
    )
    assert study.recipe("low", 0).train.optimiser.learning_rate == 0.2
