"""A notebook, executed by a real kernel and converted: what its reader sees, there and on pages that run no script."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter, MarkdownExporter

CELLS = (
    "import trasluz as tz",
    "run = tz.train('digits-cnn', runs='runs', set={'train.epochs': 3, 'data.limit': 400})",
    "run",
    "run.look('cam')",
    "run.look('feature-maps')",
    "run.look('latent-map')",
    "run.look('probes')",
    "run.evaluate('valid')",
    "run.findings()",
    "tz.train('digits-cnn', set={'train.epochs': -1})",
)


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The notebook after its execution, with the folder it was saved to as ``path``."""
    folder = tmp_path_factory.mktemp("notebook")
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    specification = folder / "kernels" / "here"
    specification.mkdir(parents=True)
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (specification / "kernel.json").write_text(json.dumps({"argv": argv, "display_name": "here", "language": "python"}))
    paths = os.environ.get("JUPYTER_PATH")
    os.environ["JUPYTER_PATH"] = str(folder)
    try:
        client = NotebookClient(
            made, timeout=300, kernel_name="here", allow_errors=True, resources={"metadata": {"path": str(folder)}}
        )
        client.execute()
    finally:
        os.environ.pop("JUPYTER_PATH")
        if paths is not None:
            os.environ["JUPYTER_PATH"] = paths
    made.metadata["path"] = str(folder / "notebook.ipynb")
    nbformat.write(made, folder / "notebook.ipynb")
    return made


def outputs(notebook: Any, cell: int) -> list[Any]:
    found: list[Any] = notebook.cells[cell].outputs
    return found


def test_every_output_is_small_and_has_text(notebook: Any) -> None:
    bundles = [output.data for cell in notebook.cells for output in cell.outputs if "data" in output]
    assert len(bundles) > 15
    for bundle in bundles:
        assert 0 < len(bundle["text/plain"]) <= 2000
        assert len(bundle.get("text/html", "")) < 300_000
    assert Path(notebook.metadata["path"]).stat().st_size < 3_000_000


def test_a_training_says_its_time_and_shows_curves_with_numbers(notebook: Any) -> None:
    said = "".join(output.text for output in outputs(notebook, 1) if output.output_type == "stream")
    assert "Estimated time" in said
    curves = [output.data for output in outputs(notebook, 1) if "image/png" in output.get("data", {})]
    assert len(curves) == 1
    assert "Epoch 3 · " in curves[0]["text/plain"]
    assert "(validation)" in curves[0]["text/plain"]


def test_a_run_is_a_card_and_looks_are_words_and_pictures(notebook: Any) -> None:
    card = outputs(notebook, 2)[0].data["text/html"]
    assert "digits-cnn · classifier · finished" in card
    for cell in (3, 4, 5, 6):
        kinds = [set(output.data) for output in outputs(notebook, cell) if "data" in output]
        assert any("image/png" in kind for kind in kinds)
        assert not any({"image/png", "text/html"} <= kind for kind in kinds)  # a page would show one of them alone


def test_a_refusal_is_its_sentence(notebook: Any) -> None:
    (error,) = outputs(notebook, len(CELLS) - 1)
    assert error.ename == "RecipeError"
    assert len(error.traceback) == 1
    assert error.traceback[0].startswith("train.epochs: -1")
    assert "Traceback" not in error.traceback[0]


def test_pages_without_scripts_show_every_picture(notebook: Any) -> None:
    pictures = sum("image/png" in output.get("data", {}) for cell in notebook.cells for output in cell.outputs)
    page, _resources = HTMLExporter(template_name="basic").from_notebook_node(notebook)
    assert page.count("data:image/png") == pictures
    assert "digits-cnn" in page
    _text, resources = MarkdownExporter().from_notebook_node(notebook)
    assert len([name for name in resources["outputs"] if name.endswith(".png")]) == pictures
