"""Finished means finished: the status comes last, and what a finished run lacks is made again to the bit."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from trasluz import api
from trasluz.api.results import Predictions
from trasluz.errors import CheckpointError, RunError, StorageError
from trasluz.files import HIDDEN
from trasluz.reading import read_arrays
from trasluz.recipe import Recipe, from_dict
from trasluz.reporting import Reporter
from trasluz.runs.completeness import missing
from trasluz.runs.folder import RunFolder

NETWORK = {"name": "conv", "channels": [4, 4], "dense": [8], "dropout": 0.2}


def _recipe(epochs: int = 1) -> Recipe:
    return from_dict(
        {
            "name": "small",
            "model": {"family": "classifier", "network": NETWORK},
            "data": {"source": "digits", "limit": 60, "valid": 0.3},
            "train": {"epochs": epochs, "batch": 30},
            "compute": {"device": "cpu", "precision": "fp32", "threads": 1},
        }
    )


class Heard(Reporter):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, message: str) -> None:
        self.said.append(message)

    def warn(self, message: str) -> None:
        self.said.append(message)


class Killed(BaseException):
    """Stands for the end of the process: nothing in the product catches it."""


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run. Read it only."""
    return api.train(_recipe(), runs=tmp_path_factory.mktemp("whole")).path


@pytest.fixture
def finished(whole: Path, tmp_path: Path) -> Path:
    return shutil.copytree(whole, tmp_path / "run")


def _same(run: Path, whole: Path) -> None:
    assert sorted(str(p.relative_to(run)) for p in run.rglob("*")) == sorted(
        str(p.relative_to(whole)) for p in whole.rglob("*")
    )
    for path in whole.rglob("*.safetensors"):
        assert (run / path.relative_to(whole)).read_bytes() == path.read_bytes(), path.name
    assert len(RunFolder(run).metrics()) == len(RunFolder(whole).metrics())
    for name, rows in read_arrays(whole / "splits.npz").items():
        assert np.array_equal(read_arrays(run / "splits.npz")[name], rows)


@pytest.mark.parametrize("moment", ["write_model", "write_checkpoint"])
def test_a_run_killed_before_its_last_file_is_not_finished_and_is_completed(
    moment: str, whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = getattr(RunFolder, moment)

    def kill(self: RunFolder, *words: object) -> None:
        if words[0] != "best" and moment == "write_checkpoint":
            write(self, *words)
        else:
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(RunFolder, moment, kill)
        with pytest.raises(Killed):
            api.train(_recipe(), runs=tmp_path)
    (run,) = tmp_path.iterdir()
    assert RunFolder(run).info()["status"] == "running"
    assert api.resume(run).status == "finished"
    _same(run, whole)


def test_a_disk_that_is_full_at_the_end_leaves_a_run_that_can_be_completed(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_words: object) -> None:
        raise StorageError("full")

    with monkeypatch.context() as patch:
        patch.setattr(RunFolder, "write_model", full)
        with pytest.raises(StorageError):
            api.train(_recipe(), runs=tmp_path)
    (run,) = tmp_path.iterdir()
    assert RunFolder(run).info()["status"] == "failed"
    api.resume(run)
    _same(run, whole)


@pytest.mark.parametrize(
    "lost", ["model", "model/config.json", "splits.npz", "checkpoints/best", "model and splits.npz"]
)
def test_what_a_finished_run_lacks_is_made_again_and_said(finished: Path, whole: Path, lost: str) -> None:
    for name in lost.split(" and "):
        path = finished / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        assert any(lack.startswith(name) for lack in missing(finished))
    heard = Heard()
    assert api.resume(finished, reporter=heard).status == "finished"
    assert any("is missing; it is made again" in sentence and lost.split(" ")[0] in sentence for sentence in heard.said)
    _same(finished, whole)
    again = Heard()
    api.resume(finished, reporter=again)
    assert again.said == ["This run is finished; train it on with --set train.epochs=N."]


def test_without_a_checkpoint_nothing_is_trained_over(finished: Path) -> None:
    shutil.rmtree(finished / "model")
    for folder in (finished / "checkpoints").glob("0*"):
        shutil.rmtree(folder)
    records = (finished / "metrics.jsonl").read_bytes()
    with pytest.raises(CheckpointError, match=r"model/weights\.safetensors.*every checkpoint"):
        api.resume(finished)
    assert (finished / "metrics.jsonl").read_bytes() == records
    assert RunFolder(finished).info()["status"] == "finished"


def test_a_finished_run_without_checkpoints_lacks_nothing(finished: Path) -> None:
    shutil.rmtree(finished / "checkpoints")
    (finished / "checkpoints").mkdir()
    heard = Heard()
    api.resume(finished, reporter=heard)
    assert heard.said == ["This run is finished; train it on with --set train.epochs=N."]


def test_a_study_makes_again_what_its_cells_lack(tmp_path: Path) -> None:
    from trasluz.recipe.study import Study

    base = tmp_path / "base.yaml"
    base.write_text(_recipe().to_yaml(), encoding="utf-8")
    question = Study.model_validate(
        {"name": "one", "base": str(base), "seeds": 1, "variants": {"a": {"train.batch": 20}, "b": {}}}
    )
    done = api.study(question, runs=tmp_path / "runs")
    for run in (done.path / "runs").iterdir():
        shutil.rmtree(run / "model")
    (done.path / ".table.json.ffffffff-1f-0123456789ab").touch()
    api.study(done.path)
    assert [missing(run) for run in (done.path / "runs").iterdir()] == [(), ()]


def test_more_epochs_asked_for_and_killed_at_once_are_no_finished_run(
    finished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kill(*_words: object) -> None:
        raise Killed

    for moment in ("write_recipe", "append_metrics"):
        with monkeypatch.context() as patch:
            patch.setattr(RunFolder, moment, kill)
            with pytest.raises(Killed):
                api.resume(finished, set={"train.epochs": 2})
        assert RunFolder(finished).info()["status"] == "running"
    run = api.resume(finished)
    assert (run.status, len(run.history), run.recipe.train.epochs) == ("finished", 2, 2)


@pytest.mark.parametrize("verb", ["evaluate", "predict", "look", "reconstruct"])
def test_every_verb_says_the_same_of_a_run_without_a_model(finished: Path, verb: str) -> None:
    shutil.rmtree(finished / "model")
    RunFolder(finished).update_info(status="running")
    run = api.open_run(finished)
    images = np.zeros((2, 8, 8, 1), np.uint8)
    calls: dict[str, Callable[[], object]] = {
        "evaluate": run.evaluate,
        "predict": lambda: run.predict(images),
        "reconstruct": lambda: run.reconstruct(images),
        "look": lambda: run.look("kernels"),
    }
    with pytest.raises(RunError, match=r"no trained model here \(running\); first run: trasluz resume"):
        calls[verb]()


def test_an_unfinished_run_with_a_model_says_so(finished: Path) -> None:
    assert api.open_run(finished).unfinished_note == ""
    RunFolder(finished).update_info(status="interrupted")
    note = api.open_run(finished).unfinished_note
    assert note == f"{finished}: this run has not finished (interrupted); go on with: trasluz resume {finished}"


@pytest.mark.parametrize("verb", ["resume", "evaluate", "report", "look"])
def test_leftovers_go_when_the_run_is_next_written(finished: Path, verb: str) -> None:
    places = (finished / "looks" if verb == "look" else finished, finished / "looks")
    for place in places:
        (place / ".model.0123abcd").mkdir(exist_ok=True)
        os.utime(place / ".model.0123abcd", (0, 0))
    run = api.open_run(finished)
    calls: dict[str, Callable[[], object]] = {
        "resume": lambda: api.resume(finished),
        "evaluate": run.evaluate,
        "report": lambda: run.report("en"),
        "look": lambda: run.look("kernels"),
    }
    calls[verb]()
    assert [path.name for path in finished.rglob("*") if HIDDEN.fullmatch(path.name)] == []


def test_half_written_checkpoints_go_whoever_left_them(finished: Path) -> None:
    (finished / "checkpoints" / ".000000002.ffffffff-1f-0123456789ab").mkdir()
    api.resume(finished)
    assert not list((finished / "checkpoints").glob(".*"))


def test_predictions_leave_nothing_half_written_of_before(tmp_path: Path) -> None:
    left = tmp_path / ".p.csv.0123abcd"
    left.touch()
    os.utime(left, (0, 0))
    Predictions(("a",), ("cat",), np.ones((1, 1), np.float32)).save(tmp_path / "p.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["p.csv"]
