"""What a study costs beside training and evaluating: the time of going through a thousand cells that are done."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.search.made_cells import EPOCHS, made_study, score_of
from trasluz import api
from trasluz.api import studies
from trasluz.recipe import files
from trasluz.recipe import study as study_files
from trasluz.runs.folder import RunFolder
from trasluz.search.folder import cells_of

LIMIT = 0.010  # seconds of processor time for each cell; 0.002 were measured, of which half is the page


def test_a_thousand_finished_cells_cost_less_than_ten_milliseconds_each(tmp_path: Path) -> None:
    folder, study = made_study(tmp_path, 100, 10)
    start = time.process_time()
    found = api.study(folder.path)
    each = (time.process_time() - start) / 1000
    assert each < LIMIT
    assert [row.variant for row in found.table.rows] == list(study.variants)
    for row in found.table.rows:
        mine = [score_of(cell) for cell in cells_of(study) if cell.variant == row.variant]
        assert row.scores["accuracy"].values == tuple(mine)
        assert (row.seconds, row.epochs, row.parameters) == (1.5, EPOCHS, 1234)


def test_a_finished_study_parses_its_files_once_and_reads_no_arrays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, _study = made_study(tmp_path, 3, 4)
    read: dict[str, int] = {}

    def counted(name: str, real: Callable[..., object]) -> Callable[..., object]:
        def call(*words: object, **more: object) -> object:
            read[name] = read.get(name, 0) + 1
            return real(*words, **more)

        return call

    monkeypatch.setattr(study_files, "load", counted("base", files.load))
    monkeypatch.setattr(RunFolder, "recipe", counted("recipe", RunFolder.recipe))
    monkeypatch.setattr(np, "load", counted("arrays", np.load))
    monkeypatch.setattr(RunFolder, "metrics", counted("metrics", RunFolder.metrics))
    api.study(folder.path)
    assert read == {"base": 1, "metrics": 12}


def test_parameters_that_a_run_says_are_those_of_its_networks(tmp_path: Path) -> None:
    small = {"train.epochs": 1, "data.limit": 80, "model.network.channels": [4]}
    run = api.train("digits-cnn", set=small, runs=tmp_path)
    built = sum(p.numel() for p in run.networks.parameters())
    assert run.info["parameters"] == built
    info = json.loads((run.path / "run.json").read_text())
    del info["parameters"]
    assert studies._parameters(run.folder, info) == built
