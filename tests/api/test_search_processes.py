"""A search under torchrun: the first process owns the queue, both train each cell together, whatever becomes of it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.training.harness import two_process_recipe
from trasluz import api
from trasluz.api.searching import SearchResult
from trasluz.errors import RequestError

ROOT = Path(__file__).parents[2]
RATE = "train.optimiser.learning_rate"


def _by_two(where: Path, rates: list[float], stop_at: int = 0, **more: Any) -> list[dict[str, Any]]:
    """What each process told."""
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", "-m"]
    command += ["tests.api.two_processes_search", str(where), json.dumps(rates), json.dumps(more), str(stop_at)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=500)
    assert done.returncode == 0, done.stderr
    return [json.loads((where / f"rank-{rank}.json").read_text()) for rank in (0, 1)]


def test_two_processes_train_each_cell_together_and_end_with_one_result(tmp_path: Path) -> None:
    first, second = _by_two(tmp_path, [0.01, 1e30, 0.001])
    assert first == second
    (folder,) = (tmp_path / "runs").iterdir()
    found = api.search_settings(folder)
    assert isinstance(found, SearchResult)
    assert first == {"best": found.best.name if found.best else None, "path": str(folder)}
    assert [trial.state for trial in found.trials] == ["complete", "pruned", "complete"], "one diverged in both"
    recipe = two_process_recipe(1).override({"data.source": "digits", "data.limit": 200, "train.epochs": 2})
    for trial in (found.trials[0], found.trials[2]):
        run = api.open_run(folder / "runs" / trial.cells[0]["run"])
        assert run.info["hardware"]["devices"] == 2
        alone = api.train(recipe.override({RATE: trial.values[RATE]}), runs=tmp_path / "alone")
        assert alone.evaluate("valid").metrics["loss"] == pytest.approx(trial.cells[0]["scores"]["loss"], abs=1e-5)


def test_a_signal_to_any_of_them_stops_all_between_two_cells_and_the_search_goes_on(tmp_path: Path) -> None:
    told = _by_two(tmp_path, [0.01, 0.003, 0.001], stop_at=2)
    assert all("interrupted" in one for one in told)
    (folder,) = (tmp_path / "runs").iterdir()
    assert f"trasluz search {folder}" in told[0]["interrupted"]
    assert len(list((folder / "runs").iterdir())) == 2
    found = api.search_settings(folder)
    assert isinstance(found, SearchResult)
    assert [trial.state for trial in found.trials] == ["complete"] * 3
    # A cell that was stopped in the midst was begun by two and is begun anew by one: what it had is left unfinished.
    ended = [path for path in (folder / "runs").iterdir() if api.open_run(path).status == "finished"]
    assert len(ended) == 3


def test_a_trial_is_stopped_early_in_both(tmp_path: Path) -> None:
    _by_two(tmp_path, [0.01, 1e-7, 2e-7, 3e-7], pruner="asha", metric="valid/loss", set={"train.epochs": 9})
    (folder,) = (tmp_path / "runs").iterdir()
    found = api.search_settings(folder)
    assert isinstance(found, SearchResult)
    assert found.best is not None
    assert found.best.values[RATE] == 0.01
    assert "pruned" in {trial.state for trial in found.trials}


def test_what_is_wrong_ends_both_with_the_same_sentence(tmp_path: Path) -> None:
    first, second = _by_two(tmp_path, [0.01, 0.001], metric="test/accuracy")
    assert first == second
    assert "would choose by test data" in first["refused"]
    assert not (tmp_path / "runs").exists()


def test_a_launcher_that_does_not_say_where_they_meet_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    for name in ("RANK", "LOCAL_WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(RequestError, match="WORLD_SIZE is 2, but RANK, LOCAL_WORLD_SIZE"):
        api.search_settings("digits-cnn", over={RATE: [0.1, 0.2]}, runs=tmp_path)
