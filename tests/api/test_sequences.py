"""Sequences of several lengths from a file to an evaluation, also of other and shorter ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import trasluz as tz
from trasluz.errors import DataError

RECIPE = """
name: walks
data: {{source: {source}, valid: 0.2}}
model:
  family: autoencoder
  encoder: {{name: recurrent, hidden: [8], code: 4}}
  decoder: {{name: recurrent, hidden: [8]}}
train: {{epochs: 1, batch: 16}}
compute: {{device: cpu, threads: 1}}
"""


def walks(path: Path, steps: int, longest: int, count: int = 40) -> Path:
    """Random walks of 3 numbers, each of at most ``longest`` real steps of ``steps``; the rest is not to be read."""
    rng = np.random.default_rng(0)
    values = rng.normal(size=(count, 12, 3)).cumsum(1)[:, :longest]
    lengths = np.concatenate([[longest], rng.integers(1, longest + 1, count - 1)])
    padded = np.pad(values, ((0, 0), (0, steps - longest), (0, 0)), constant_values=np.nan)
    np.savez(path, X=padded, lengths=lengths)
    return path


def test_a_model_of_sequences_judges_others_whatever_their_padding(tmp_path: Path) -> None:
    chosen = tmp_path / "walks.yaml"
    chosen.write_text(RECIPE.format(source=walks(tmp_path / "walks.npz", 9, 9)), encoding="utf-8")
    run = tz.train(str(chosen), runs=tmp_path / "runs")
    found = [run.evaluate(data=str(walks(tmp_path / f"{s}.npz", s, 6)), split="all").metrics for s in (6, 8, 12)]
    assert found[0]["mse"] == pytest.approx(found[1]["mse"], rel=1e-6)
    assert found[0]["mse"] == pytest.approx(found[2]["mse"], rel=1e-6)
    assert found[0]["loss"] == pytest.approx(found[0]["mse"], rel=1e-5)
    with pytest.raises(DataError, match="trained on sequence"):
        run.evaluate(data=str(walks(tmp_path / "long.npz", 12, 12)), split="all")
