"""A run in other hands, at the command line: one sentence, 2, and nothing asked, imported or changed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.search.made_cells import made_study
from trasluz.locks import lock_of


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run folder of a few small files."""
    folder, _study = made_study(tmp_path, 1, 1)
    (path,) = folder.runs.iterdir()
    return path


def test_resume_and_delete_name_the_holder(command: Command, run: Path) -> None:
    with lock_of(run):
        before = {path: path.stat().st_mtime_ns for path in run.rglob("*")}
        for words in (("resume", run), ("runs", "delete", run), ("runs", "delete", run, "--yes")):
            command(*words).must_refuse(f"process {os.getpid()} on", "wait until it is done")
        spanish = command("--lang", "es", "resume", run)
        assert "escribe aquí desde" in spanish.err
        assert {path: path.stat().st_mtime_ns for path in run.rglob("*")} == before
        listed = command("runs", "list", run.parent)
        assert listed.code == 0
        assert len(listed.out.splitlines()) == 2
    assert command("runs", "delete", run, "--yes").code == 0
    assert not run.exists()


def test_of_the_processes_of_one_training_only_the_first_speaks(
    command: Command, run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOCAL_RANK", "1")
    with lock_of(run):
        answer = command("resume", run)
    assert (answer.code, answer.out, answer.err) == (2, "", "")
