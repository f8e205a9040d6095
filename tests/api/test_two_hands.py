"""Two hands on one run or one study, as real processes: one works, the other is told so, and nothing is done twice."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.search.made_cells import made_study
from trasluz import api
from trasluz.errors import HeldError, TakenOverError
from trasluz.locks import lock_of
from trasluz.recipe.study import Study
from trasluz.runs.held import HeldRun
from trasluz.search.folder import StudyFolder, cells_of

PROGRAM = (sys.executable, "-m", "trasluz.cli")
SMALL = {"train.epochs": 1, "data.limit": 60, "model.network.channels": [4], "data.test": None}
ENDLESS = ("--set", "train.epochs=100000")
SHARED = Study(
    name="shared",
    base="digits-cnn",
    set=SMALL,
    variants={f"rate-{i}": {"train.optimiser.learning_rate": 0.001 * (i + 1)} for i in range(2)},
    seeds=2,
    metrics=("accuracy",),
)


def _epochs(run: Path) -> list[int]:
    return [json.loads(line)["epoch"] for line in (run / "metrics.jsonl").read_text().splitlines()]


def _wait_for(path: Path, process: subprocess.Popen[str]) -> None:
    until = time.monotonic() + 120
    while not path.exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of one epoch, which the tests here train on and on."""
    return api.train("digits-cnn", set=SMALL, runs=tmp_path_factory.mktemp("runs")).path


@pytest.fixture
def resumed(run: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that goes on with the run until it is stopped."""
    words = [*PROGRAM, "resume", str(run), *ENDLESS]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        _wait_for(run / ".lock", process)
        yield process
        process.kill()


def test_while_one_trains_others_may_look_but_neither_train_nor_delete_and_a_killed_one_is_followed(
    run: Path, resumed: subprocess.Popen[str]
) -> None:
    for refused in (lambda: api.resume(run), lambda: api.resume(run, set={"train.epochs": 3})):
        with pytest.raises(HeldError, match=f"process {resumed.pid} on "):
            refused()
    with pytest.raises(HeldError, match=f"process {resumed.pid} on "):
        api.delete_run(run)
    again = subprocess.run([*PROGRAM, "resume", str(run), *ENDLESS], capture_output=True, text=True, check=False)
    (sentence,) = again.stderr.splitlines()
    assert (again.returncode, again.stdout) == (2, "")
    assert f"process {resumed.pid} on " in sentence
    assert [found.path for found in api.list_runs(run.parent)] == [run]
    assert api.open_run(run).evaluate("valid").metrics["accuracy"] >= 0
    assert resumed.poll() is None
    resumed.kill()
    resumed.wait()
    assert (run / ".lock").exists()
    epochs = max(_epochs(run)) + 2
    api.resume(run, set={"train.epochs": epochs})
    assert _epochs(run) == list(range(1, epochs + 1))
    assert not (run / ".lock").exists()


def test_a_run_that_was_taken_over_is_written_no_more(run: Path) -> None:
    first = HeldRun.at(run)
    first.lock.take()
    (run / ".lock").unlink()
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    with lock_of(run):
        for write in (
            lambda: first.update_info(status="failed"),
            lambda: first.append_metrics({"epoch": 1}),
            lambda: first.write_checkpoint("000000009", {}),
        ):
            with pytest.raises(TakenOverError, match="took over"):
                write()
    first.lock.release()
    assert {path: path.read_bytes() for path in run.rglob("*") if path.is_file()} == before


def test_deleting_leaves_nothing(tmp_path: Path) -> None:
    folder, study = made_study(tmp_path, 1, 1)
    (path,) = folder.runs.iterdir()
    api.delete_run(path)
    assert list(folder.runs.iterdir()) == []
    assert len(cells_of(study)) == 1


def test_two_processes_share_a_study_and_a_killed_one_is_replaced(tmp_path: Path) -> None:
    folder = StudyFolder.create(tmp_path, SHARED)
    words = [*PROGRAM, "study", str(folder.path), "--json"]
    started = [subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    _wait_for(folder.path / "runs", started[0])
    while not list(folder.runs.glob("*/metrics.jsonl")):
        time.sleep(0.05)
    started[0].kill()
    started[0].communicate()
    out, err = started[1].communicate(timeout=300)
    assert started[1].returncode == 0, err
    rows = json.loads(out.splitlines()[-1])["rows"]
    assert [row["variant"] for row in rows] == list(SHARED.variants)
    assert [len(row["runs"]) for row in rows] == [2] * 2
    hashes = [api.open_run(path).info["recipe_hash"] for path in sorted(folder.runs.iterdir())]
    assert sorted(hashes) == sorted(cell.recipe_hash for cell in cells_of(SHARED))
    assert all(_epochs(path) == [1] for path in folder.runs.iterdir())
    assert not list(folder.path.glob(".*"))
