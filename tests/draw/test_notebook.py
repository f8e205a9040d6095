from __future__ import annotations

import base64
import sys
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from trasluz.data.read.provenance import is_marked
from trasluz.draw import notebook
from trasluz.draw.live import in_notebook
from trasluz.draw.provenance import Origin
from trasluz.evaluation.evaluation import Evaluation


def test_an_evaluation_shows_itself_as_an_escaped_table() -> None:
    found = Evaluation(
        "valid", 10, {"accuracy": 0.5}, {"accuracy": (0.2, 0.8)}, {"<b>": {"accuracy": 0.1}}, notes=("a < b",)
    )
    html = notebook.evaluation_html(found)
    assert "50.0" in html
    assert "&lt;b&gt;" in html
    assert "a &lt; b" in html


def test_a_run_and_predictions_show_themselves() -> None:
    run = SimpleNamespace(path="runs/x", status="finished", metrics={"valid/accuracy": 0.9}, weights_note="")
    assert "90.0" in notebook.run_html(run)
    assert "<p>" not in notebook.run_html(run)
    run.weights_note = "of epoch 3 < 4"
    assert "<p>of epoch 3 &lt; 4</p>" in notebook.run_html(run)
    many = SimpleNamespace(
        records=lambda: [{"file": f"{i}.png", "label": "cat", "confidence": 0.75} for i in range(25)]
    )
    assert "and 5 more" in notebook.predictions_html(many)
    seeds = SimpleNamespace(n=3, table={"valid/accuracy": (0.9, 0.85, 0.95)})
    assert "3 seeds" in notebook.seeds_html(seeds)


def test_generated_images_show_themselves_as_a_marked_grid_and_samples_beside_real_ones() -> None:
    made = SimpleNamespace(
        images=np.zeros((70, 8, 8, 1), np.uint8), labels=(), origin=Origin("20260101-vae-ab12cd", "vae", "0"), seed=0
    )
    html = notebook.generated_html(made)
    assert "70 generated images" in html
    assert is_marked(base64.b64decode(html.split("base64,")[1].split('"')[0]))
    samples = SimpleNamespace(count=500, metrics={"fid": 3.5}, real={"fid": 1.25})
    assert "1.25" in notebook.samples_html(samples)


def test_results_are_registered_with_the_shell_that_runs(shell: Any) -> None:
    assert notebook.register()
    assert ("trasluz.evaluation.evaluation", "Evaluation") in shell.shown
    assert in_notebook()


def test_without_a_shell_nothing_is_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "IPython", None)
    assert not notebook.register()
    assert not in_notebook()


def test_every_registered_type_exists() -> None:
    import importlib

    for module, name in notebook._SHOWN:
        assert hasattr(importlib.import_module(module), name)
