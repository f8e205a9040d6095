"""Tables on the command line: checked, trained on, and predicted row by row."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Command


@pytest.fixture
def flowers(tmp_path: Path) -> Path:
    """A table as a Spanish spreadsheet writes it: semicolons, decimal commas, a text column, a row repeated."""
    rows = [f"{i % 7},{i};{i % 5};{'rojo' if i % 2 else 'azul'};{'sí' if i % 7 > 2 else 'no'}" for i in range(60)]
    path = tmp_path / "flores.csv"
    path.write_text("\r\n".join(["largo;pétalos;color;raro", *rows, rows[0]]), encoding="utf-8-sig")
    return path


def test_a_table_is_checked_trained_on_and_predicted(command: Command, flowers: Path) -> None:
    told = command("data", "check", flowers, "--set", "data.target=raro", "--set", "data.text=one-hot").out
    assert "61 rows of 4 features: largo, pétalos, color=azul, color=rojo" in told
    assert "repeat another" in told
    settings = ("data.target=raro", "data.text=one-hot", "train.epochs=2", "data.test=null")
    changes = [word for setting in settings for word in ("--set", setting)]
    run = json.loads(
        command("train", "iris-mlp-tuned", "--data", flowers, *changes, "--no-report", "--json").out.splitlines()[-1]
    )
    new = flowers.parent / "new.csv"
    new.write_text("color,largo,pétalos\nrojo,1.5,2\nverde,1,1\n", encoding="utf-8")
    found = command("predict", run["run"], new)
    rows = list(csv.DictReader(found.out.splitlines()))
    assert [row["file"] for row in rows] == [f"{new}:2"]
    assert set(rows[0]) == {"file", "label", "confidence", "no", "sí"}
    assert "verde" in found.err


def test_a_table_that_cannot_be_used_is_refused_before_any_work(command: Command, flowers: Path) -> None:
    command("train", "iris-mlp-tuned", "--data", flowers).must_refuse("color", "one-hot")
    command("train", "iris-mlp-tuned", "--data", flowers, "--set", "data.target=rara").must_refuse("rara", "raro")
    wrong = ("--set", "data.leave_out=[color,raro]")
    command("train", "iris-mlp-tuned", "--data", flowers, *wrong).must_refuse("data.target")
    command("train", "digits-cnn", "--data", "iris").must_refuse("images", "4")
