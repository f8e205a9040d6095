"""Sequences on the command line: trained on, and new ones of other lengths predicted and rebuilt."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from tests.cli.conftest import Command

CLASSIFIER = """
data: {source: WALKS, valid: 0.2}
model: {family: classifier, network: {name: encoder, encoder: {name: recurrent, hidden: [6], code: 4}}}
train: {epochs: 1, batch: 16}
compute: {device: cpu, threads: 1}
"""
AUTOENCODER = """
data: {source: WALKS, valid: 0.2}
model:
  family: autoencoder
  encoder: {name: recurrent, hidden: [6], code: 4}
  decoder: {name: recurrent, hidden: [6]}
train: {epochs: 1, batch: 16}
compute: {device: cpu, threads: 1}
"""


@pytest.fixture
def walks(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    values = rng.normal(size=(40, 7, 2)).cumsum(1)
    np.savez(tmp_path / "walks.npz", X=values, y=np.arange(40) % 2, lengths=np.append(7, rng.integers(1, 8, 39)))
    return tmp_path / "walks.npz"


def test_files_of_other_lengths_are_predicted_and_rebuilt_as_if_never_padded(command: Command, walks: Path) -> None:
    folder = walks.parent
    values = np.random.default_rng(1).normal(size=(3, 5, 2))
    lengths = [5, 2, 3]
    np.savez(folder / "new.npz", X=np.pad(values, ((0, 0), (0, 4), (0, 0)), constant_values=9), lengths=lengths)
    for i, length in enumerate(lengths):
        np.savez(folder / f"{i}.npz", X=values[i : i + 1, :length], lengths=[length])
    runs = []
    for name, recipe in (("tells", CLASSIFIER), ("rebuilds", AUTOENCODER)):
        (folder / f"{name}.yaml").write_text(f"name: {name}" + recipe.replace("WALKS", str(walks)), encoding="utf-8")
        told = command("train", folder / f"{name}.yaml", "--no-report", "--runs", folder / "runs", "--json").out
        runs.append(json.loads(told.splitlines()[-1])["run"])
    rows = list(csv.DictReader(command("predict", runs[0], folder / "new.npz").out.splitlines()))
    each = [next(csv.DictReader(command("predict", runs[0], folder / f"{i}.npz").out.splitlines())) for i in range(3)]
    assert [row["file"] for row in rows] == [f"{folder / 'new.npz'}#{i}" for i in (1, 2, 3)]
    assert [float(row["1"]) for row in rows] == pytest.approx([float(row["1"]) for row in each], abs=2e-6)
    files = [folder / f"{i}.npz" for i in range(3)]
    together = json.loads(command("reconstruct", runs[1], folder / "new.npz", "--json").out.splitlines()[-1])["mse"]
    apart = json.loads(command("reconstruct", runs[1], *files, "--json").out.splitlines()[-1])["mse"]
    assert list(apart) == [f"{file}#1" for file in files]
    assert list(together.values()) == pytest.approx(list(apart.values()), rel=1e-4)
    command("reconstruct", runs[1], folder / "new.npz", "--out", folder / "out")
    assert np.load(folder / "out" / "reconstructions.npz")["X"].shape == (3, 5, 2)
    np.savez(folder / "flat.npz", X=np.zeros((2, 5, 3)))
    command("reconstruct", runs[1], folder / "flat.npz").must_refuse("flat.npz", "[2, 5, 3]", "[n, steps, 2]")
    command("reconstruct", runs[1], folder / "tells.yaml").must_refuse(".npz")
