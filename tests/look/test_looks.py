"""What every look offers, and that its options can be given from Python."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from typing import get_args

import pytest

from trasluz import look
from trasluz.api.run import Run
from trasluz.draw.looking import Question, drawing_of
from trasluz.look import names
from trasluz.look.base import find


@pytest.mark.parametrize("name", names())
def test_no_option_has_the_name_of_a_parameter_of_run_look(name: str) -> None:
    taken = set(inspect.signature(Run.look).parameters)
    assert not taken & set(find(name).Config.model_fields)


@pytest.mark.parametrize("name", names())
def test_every_look_has_a_drawing_and_a_section_that_shows_it(name: str) -> None:
    question = drawing_of(name).QUESTION
    assert question in get_args(Question)
    assert hasattr(importlib.import_module(f"trasluz.report.sections.{question}"), "render")
    assert issubclass(find(name).RESULT, importlib.import_module("trasluz.look.result").Result)


def test_no_look_has_the_name_of_a_module_of_its_room() -> None:
    """``tz.look.NAME`` would be the module once that was imported, and not the look."""
    modules = {module.name.replace("_", "-") for module in pkgutil.iter_modules(look.__path__)}
    assert not modules & set(names())
