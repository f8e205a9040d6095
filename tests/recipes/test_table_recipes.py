"""The recipes of tables as the notebook wrote them, trained on what they were written for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import trasluz as tz
from tests import real
from trasluz.recipe import load


def test_recipes_as_written_keep_the_notebooks_optimiser_batch_and_epochs() -> None:
    found = {}
    for name in ("perceptron", "iris-mlp", "wine-mlp"):
        train = load(name).train
        found[name] = (
            train.optimiser.name,
            train.optimiser.learning_rate,
            train.batch,
            train.epochs,
            train.schedule.name,
        )
    assert found == {
        "perceptron": ("sgd", 0.5, "full", 15, "constant"),
        "iris-mlp": ("adam", 1e-3, "full", 100, "constant"),
        "wine-mlp": ("adam", 0.1, 200, 200, "constant"),
    }
    assert load("wine-mlp").model["network"]["hidden"] == [2, 2]


def test_the_perceptron_finds_a_line_between_the_blobs_and_remembers_how(tmp_path: Path) -> None:
    run = tz.train("perceptron", runs=tmp_path)
    assert run.metrics["train/accuracy"] == 1
    family: Any = run.family
    path = family.weight_path(run.networks)
    assert 0 < path.total == len(path.weights) < 200
    units: Any = run.networks["perceptron"]
    assert path.weights[-1].equal(units.weight)
    assert path.bias[-1].equal(units.bias)
    assert set(run.predict(run.data.samples[:5]).labels) <= {"0", "1"}
    assert run.report().is_file()


def test_iris_as_written_has_a_score_too_many_and_says_so(tmp_path: Path) -> None:
    run = tz.train("iris-mlp", runs=tmp_path)
    assert run.model.spec.classes[-1] == "(none)"
    assert run.info["audit"]["missing_classes"]["train"] == ["(none)"]
    found = run.evaluate("test")
    assert found.metrics["accuracy"] > 0.8
    assert found.arrays["probabilities"].max() < 0.4755  # e / (e + 3)


def test_wine_is_trained_judged_and_predicted_from_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = real.red_wine()
    monkeypatch.setenv("TRASLUZ_DATA", str(source.parent))
    run = tz.train("wine-mlp-tuned", set={"train.epochs": 5}, runs=tmp_path)
    assert run.metrics["valid/accuracy"] > 0.65
    assert run.data.audit["exact_duplicates"]["across"] == {"train/valid": 0, "train/test": 0, "valid/test": 0}
    assert run.preprocess.features[-1] == "alcohol"

    few = tmp_path / "few.csv"
    header, first, *_rest = [line for line in source.read_text(encoding="utf-8").splitlines() if line]
    names, cells = header.split(","), first.split(",")
    few.write_text("\n".join([",".join(names[::-1]), ",".join(cells[::-1])]), encoding="utf-8")
    assert run.predict(few).probabilities == pytest.approx(run.predict(run.data.samples[:1]).probabilities)
    assert run.predict(few).classes == ("quality < 6", "quality ≥ 6")

    again = run.evaluate("all", data=source)
    assert again.count == 1599
    judged = run.evaluate(data=few)
    assert judged.count == 1
    page = run.report().read_text(encoding="utf-8")
    assert "959 rows of 11 numbers, in 2 classes" in page
    assert "rows it names the right class for" in page
    assert "Columns that are the same in every row" in page
    assert "single colour" not in page
