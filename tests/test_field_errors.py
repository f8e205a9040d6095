"""What is wrong with a field is said in words of ours, for every kind of complaint that our models can give."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from trasluz import components, field_errors
from trasluz.errors import RecipeError
from trasluz.messages import language
from trasluz.recipe import Recipe, load, parse_overrides
from trasluz.recipe.study import Study

_PACKAGES = ("families", "networks.encoders", "networks.decoders", "networks.classifiers", "networks.generators")
_PACKAGES += ("networks.discriminators", "training.optimisers", "training.schedules", "look.looks")
_PACKAGES += ("objectives.likelihoods", "objectives.divergences")
_WRONG: tuple[Any, ...] = ("abc", "", "x" * 500, "2020", -1, 0, 10**12, 1.5, [], [1], ["a"], ["a", "b", "c", "d"], {})
_WRONG += ({"a": 1}, None, True, float("nan"), float("inf"), b"\xff", (1, 2), object())
_OF_PYDANTIC = re.compile(r"constrained|tuple\[|literal\[|dict\[|function-|Input should|Section\b|unable to parse")


def _sections() -> Iterator[type[BaseModel]]:
    """Every model that a recipe or a study is read by, with those inside."""
    waiting: list[Any] = [Recipe, Study]
    for package in _PACKAGES:
        for name in components.own_names(f"trasluz.{package}"):
            part = components.load(f"trasluz.{package}", name, "")
            waiting.append(part.Family.Config if package == "families" else part.Config)
    done = set()
    while waiting:
        one = waiting.pop()
        if isinstance(one, type) and issubclass(one, BaseModel) and one not in done:
            done.add(one)
            yield one
            waiting += [field.annotation for field in one.model_fields.values()]
        waiting += getattr(one, "__args__", ())


def test_every_kind_of_complaint_has_words_of_ours_and_shows_no_internals() -> None:
    known, seen = {*field_errors._REASONS, "extra_forbidden", "missing"}, set()
    for section in _sections():
        for name, field in section.model_fields.items():
            for wrong in _WRONG:
                try:
                    section.model_validate({field.alias or name: wrong})
                except ValidationError as error:
                    seen |= {problem["type"] for problem in error.errors()}
                    told = field_errors.explain(error, section, "")
                    assert not _OF_PYDANTIC.search(told.replace(repr(wrong), "")), told
    assert seen <= known
    assert len(seen) > 15


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        (
            "data.size=abc",
            "data.size: 'abc' is not allowed: it must be a whole number, or it must be 2 values in brackets, such as "
            "[32, 32].",
        ),
        ("data.size=-3", "data.size: -3 is not allowed: it must be at least 1."),
        ("data.size=[32, x]", "data.size.1: 'x' is not allowed: it must be a whole number."),
        ("train.batch=all", "train.batch: 'all' is not allowed: it must be a whole number, or allowed: 'full'."),
        ("epochs=3", "epochs: no such field. Did you mean train.epochs?"),
        ("lr=0.1", "lr: no such field. Did you mean train.optimiser.learning_rate?"),
        ("batch_size=8", "batch_size: no such field. Did you mean train.batch?"),
        ("data.image_size=8", "data.image_size: no such field. Did you mean size?"),
    ],
)
def test_a_wrong_setting_is_answered_with_the_right_form(setting: str, sentence: str) -> None:
    with pytest.raises(RecipeError) as caught:
        load("digits-cnn").override(parse_overrides([setting]))
    assert str(caught.value) == sentence


def test_a_wrong_value_is_explained_in_spanish() -> None:
    with language("es"), pytest.raises(RecipeError) as caught:
        load("digits-cnn").override({"data.size": "abc"})
    assert str(caught.value) == (
        "data.size: 'abc' no está permitido: debe ser un número entero, o deben ser 2 valores entre corchetes, como "
        "[32, 32]."
    )


def test_what_fields_are_called_elsewhere_leads_to_fields_that_there_are() -> None:
    paths = {path.rpartition(".")[2] for path in field_errors._paths(Recipe)}
    assert set(field_errors.USUAL.values()) <= paths | {"network"}
    assert not set(field_errors.USUAL) & paths
