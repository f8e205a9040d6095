"""A folder that a training was stopped in the midst of making is told from a run and from everything else."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from trasluz import api
from trasluz.errors import RunError
from trasluz.recipe import Recipe
from trasluz.runs import folder as folders
from trasluz.runs.deletion import delete_run
from trasluz.runs.folder import RunFolder
from trasluz.runs.half import half_runs, is_half

NAME = "20260101-digits-cnn-ab12cd"


def _made(path: Path) -> Path:
    RunFolder(path).create(Recipe(), {"train": np.arange(3)}, timings={"training_seconds": 0.0})
    return path


def test_a_run_stopped_at_every_file_of_its_making_is_listed_and_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stop(BaseException):
        pass

    def stop(*_words: object) -> None:
        raise Stop

    for number, writer in enumerate(("write_bytes", "write_json")):
        runs = tmp_path / str(number)
        with monkeypatch.context() as patch:
            patch.setattr(folders, writer, stop)
            with pytest.raises(Stop):
                _made(runs / NAME)
        (listed,) = api.list_runs(runs)
        assert (listed.path, listed.status) == (runs / NAME, "half-written")
        with pytest.raises(RunError, match=r"half made or half deleted.*trasluz runs delete"):
            RunFolder.open(runs / NAME)
        api.delete_run(runs / NAME)
        assert api.list_runs(runs) == []


def test_the_splits_are_there_before_the_run_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []
    monkeypatch.setattr(folders, "write_json", lambda path, _tree: seen.append((path.parent / "splits.npz").exists()))
    _made(tmp_path / NAME)
    assert seen == [True]


def test_a_deletion_that_was_stopped_leaves_a_half_written_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = _made(tmp_path / "by-another-name")

    def stop(_folder: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", stop)
        with pytest.raises(KeyboardInterrupt):
            delete_run(run)
    assert list(half_runs(tmp_path)) == [run]
    delete_run(run)
    assert not run.exists()


def test_whole_runs_studies_and_other_folders_are_none(tmp_path: Path) -> None:
    assert not is_half(_made(tmp_path / NAME))
    for name, content in {
        "photos": ("cat/1.png",),
        "20260101-photos-ab12cd": ("cat/1.png",),
        "20260101-study-two-ab12cd": ("study.yaml", "runs/a"),
        "20260102-study-two-ab12cd": ("runs/a",),
        "empty": (),
        "recipes": ("recipe.yaml",),
    }.items():
        (tmp_path / name).mkdir()
        for file in content:
            (tmp_path / name / file).parent.mkdir(exist_ok=True)
            (tmp_path / name / file).touch()
    (tmp_path / "20260103-linked-ab12cd").symlink_to(tmp_path / "empty")
    assert list(half_runs(tmp_path)) == []
    for path in tmp_path.iterdir():
        if path.name != NAME:
            with pytest.raises(RunError):
                delete_run(path)
    assert (tmp_path / "photos" / "cat" / "1.png").exists()


def test_nothing_is_deleted_through_a_link(tmp_path: Path) -> None:
    run = _made(tmp_path / "runs" / NAME)
    link = tmp_path / "link"
    link.symlink_to(run)
    with pytest.raises(RunError, match=rf"link.*{NAME}"):
        delete_run(link)
    assert link.is_symlink()
    assert (run / "run.json").exists()
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").touch()
    (run / "looks" / "linked").symlink_to(outside)
    delete_run(run)
    assert not run.exists()
    assert (outside / "kept").exists()


def test_a_run_is_deleted_from_within(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = _made(tmp_path / NAME)
    monkeypatch.chdir(run)
    delete_run(Path())
    assert not run.exists()
