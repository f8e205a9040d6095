"""A run that starts from another: what was loaded is said once and stays in run.json."""

from __future__ import annotations

from pathlib import Path

import pytest

import trasluz as tz
from trasluz.errors import RecipeError
from trasluz.reporting import Reporter


class Heard(Reporter):
    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, message: str) -> None:
        self.said.append(message)


def test_a_run_starts_from_another_and_says_so_once(tmp_path: Path) -> None:
    small = {"train.epochs": 1, "data.limit": 64, "model.network.channels": [8, 8]}
    first = tz.train("digits-cnn", set=small, runs=tmp_path)
    heard = Heard()
    phase = {"name": "moved", "from": str(first.path), "map": {"classifier.outputs.*": None}}
    second = tz.train("digits-cnn", set={**small, "phases": [phase]}, runs=tmp_path, reporter=heard)
    (start,) = second.info["started_from"]
    assert start["source"] == str(first.path)
    assert start["fresh_names"] == ["classifier.outputs.weight", "classifier.outputs.bias"]
    assert start["loaded"] + start["fresh"] == len(second.networks.state_dict())
    sentences = [line for line in heard.said if line.startswith("Phase moved:")]
    assert len(sentences) == 1
    assert "new: classifier.outputs.weight, classifier.outputs.bias." in sentences[0]


def test_a_start_that_cannot_be_leaves_no_run_behind(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="give the folder of a finished run"):
        tz.train("digits-cnn", set={"phases": [{"from": "runs/none"}]}, runs=tmp_path / "runs")
    assert not (tmp_path / "runs").exists()
