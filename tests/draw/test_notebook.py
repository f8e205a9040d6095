from __future__ import annotations

import base64
import importlib
import math
import pkgutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType, SimpleNamespace
from typing import Any, ClassVar

import numpy as np
import pytest

from trasluz.api.results import SeedsResult
from trasluz.data.read.provenance import is_marked
from trasluz.draw import notebook
from trasluz.draw.live import in_notebook
from trasluz.draw.outputs import Outputs
from trasluz.draw.provenance import Origin
from trasluz.evaluation.evaluation import Evaluation
from trasluz.evaluation.shown import ShownInNotebooks
from trasluz.messages import language


def html_of(outputs: Outputs) -> str:
    return "".join(output.html for output in outputs)


def test_an_evaluation_shows_itself_as_an_escaped_table() -> None:
    found = Evaluation(
        "valid", 10, {"accuracy": 0.5}, {"accuracy": (0.2, 0.8)}, {"<b>": {"accuracy": 0.1}}, notes=("a < b",)
    )
    html = html_of(notebook.evaluation_shown(found))
    assert "50.0" in html
    assert "&lt;b&gt;" in html
    assert "a &lt; b" in html


def test_a_run_and_predictions_show_themselves() -> None:
    run = SimpleNamespace(
        path="runs/x",
        status="finished",
        metrics={"valid/accuracy": 0.9},
        weights_note="",
        recipe=SimpleNamespace(name="digits", model={"family": "classifier"}),
        info={"data": "digits", "splits": {"train": 1527, "valid": 270}, "timings": {"training_seconds": 42.0}},
    )
    assert "90.0" in html_of(notebook.run_shown(run))
    assert "<p>" not in html_of(notebook.run_shown(run))
    card = notebook.run_shown(run)[0].bundle()["text/plain"]
    assert "runs/x" in card
    assert "1\u202f527 training" in card
    assert "42" in card
    run.weights_note = "of epoch 3 < 4"
    assert "<p>of epoch 3 &lt; 4</p>" in html_of(notebook.run_shown(run))
    many = SimpleNamespace(
        records=lambda: [{"file": f"{i}.png", "label": "cat", "confidence": 0.75} for i in range(25)]
    )
    assert "and 5 more" in html_of(notebook.predictions_shown(many))
    seeds = SeedsResult((None,) * 3, {"valid/accuracy": (0.9, 0.85, 0.95), "valid/mse": (0.5, -math.inf, math.inf)})
    html = html_of(notebook.seeds_shown(seeds))
    assert "3 seeds" in html
    assert html.count(">–<") == 2
    assert "all seeds gave the same" in html
    assert "inf" not in html


def test_generated_images_show_themselves_as_a_marked_grid_and_samples_beside_real_ones() -> None:
    made = SimpleNamespace(
        images=np.zeros((70, 8, 8, 1), np.uint8), labels=(), origin=Origin("20260101-vae-ab12cd", "vae", "0"), seed=0
    )
    html = html_of(notebook.generated_shown(made))
    assert "70 generated images" in html
    assert is_marked(base64.b64decode(html.split("base64,")[1].split('"')[0]))
    samples = SimpleNamespace(
        count=500, metrics={"fid": 3.5}, real={"fid": 1.25}, intervals={}, real_intervals={"fid": (1.125, 1.5)}
    )
    assert "1.25" in html_of(notebook.samples_shown(samples))
    assert "1.12 – 1.50" in html_of(notebook.samples_shown(samples))


def test_a_shell_with_a_kernel_is_a_notebook(shell: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shell.kernel is not None
    assert in_notebook()
    monkeypatch.setitem(sys.modules, "IPython", None)
    assert not in_notebook()


def test_a_result_shows_itself_without_a_shell_in_the_language_in_force() -> None:
    found = Evaluation("valid", 10, {"mse": 0.5})
    assert found._repr_html_() == html_of(notebook.evaluation_shown(found))
    assert "Mean squared error" in found._repr_html_()
    with language("es"):
        assert "Error cuadrático medio" in found._repr_html_()


def test_what_inherits_from_a_result_shows_itself_alike() -> None:
    @dataclass(frozen=True)
    class Later(Evaluation):
        pass

    assert "50.0" in Later("valid", 10, {"accuracy": 0.5})._repr_html_()


def test_a_result_of_tomorrow_needs_no_list(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("drawing_of_tomorrow")
    output = SimpleNamespace(html="<b>3</b>", bundle=lambda: {"text/plain": "3"})
    module.html = lambda result: (output,) * (result.value == 3)  # type: ignore[attr-defined]  # a module made here
    monkeypatch.setitem(sys.modules, "drawing_of_tomorrow", module)

    @dataclass(frozen=True)
    class Tomorrow(ShownInNotebooks):
        value: int
        shown_by: ClassVar[str] = "drawing_of_tomorrow:html"

    assert Tomorrow(3)._repr_html_() == "<b>3</b>"


def test_all_results_name_a_function_that_exists() -> None:
    for room in ("api", "evaluation", "look"):
        package = importlib.import_module(f"trasluz.{room}")
        for module in pkgutil.iter_modules(package.__path__, f"trasluz.{room}."):
            importlib.import_module(module.name)
    named = {result.shown_by for result in _below(ShownInNotebooks)}
    assert {"trasluz.draw.notebook:run_shown", "trasluz.draw.notebook:look_shown"} <= named
    for module, function in (name.split(":") for name in named - {"drawing_of_tomorrow:html"}):
        assert callable(getattr(importlib.import_module(module), function))


def _below(kind: type[ShownInNotebooks]) -> Iterator[type[ShownInNotebooks]]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)
