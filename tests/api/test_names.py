"""The names of ``trasluz.api``: each comes when it is asked for, and shows itself in a notebook all the same."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from types import ModuleType

import pytest

from trasluz import api


@pytest.mark.parametrize("name", api.__all__)
def test_every_name_can_be_had(name: str) -> None:
    assert getattr(api, name) is not None


def test_the_names_for_types_are_those_that_come() -> None:
    tree = ast.parse(inspect.getsource(api))
    (typed,) = [node for node in tree.body if isinstance(node, ast.If)]
    told = {a.name: node.module for node in typed.body if isinstance(node, ast.ImportFrom) for a in node.names}
    assert told == api._HOMES
    assert api.__all__ == sorted(told) == dir(api)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="trian"):
        _ = api.trian


def test_a_room_of_the_api_is_no_name_but_can_be_imported() -> None:
    from trasluz.api import findings, report

    assert isinstance(findings, ModuleType)
    assert callable(report.report)


def test_results_show_themselves_in_a_notebook_that_has_used_one_light_verb() -> None:
    program = """
import sys
from types import ModuleType, SimpleNamespace
sys.modules["IPython"] = ModuleType("IPython")
sys.modules["IPython"].get_ipython = SimpleNamespace
import trasluz
trasluz.list_runs("nowhere")
assert "torch" not in sys.modules
from trasluz.evaluation.evaluation import Evaluation
assert "<table>" in Evaluation("valid", 1, {"mse": 0.5})._repr_html_()
"""
    subprocess.run([sys.executable, "-c", program], check=True)
