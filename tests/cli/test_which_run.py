"""Which run a word means: a path, a beginning that only one has, the newest; and what is said where none is meant."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from trasluz.cli.which_run import which_run
from trasluz.errors import RunError

NAMES = ("20260101-digits-cnn-ab12cd", "20260102-digits-cnn-ab99ef", "20260102-my-own-77aa01")


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three folders that look like runs, the second of which is the newest."""
    monkeypatch.chdir(tmp_path)
    for name, hour in zip(NAMES, ("01", "12", "05"), strict=True):
        folder = tmp_path / "runs" / name
        folder.mkdir(parents=True)
        day = name[:4] + "-" + name[4:6] + "-" + name[6:8]
        facts = {"format": 2, "status": "finished", "created": f"{day}T{hour}:00:00+00:00"}
        (folder / "run.json").write_text(json.dumps(facts), encoding="utf-8")
    return tmp_path / "runs"


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("20260101", NAMES[0]),
        ("runs/20260101-digits", NAMES[0]),
        ("ab1", NAMES[0]),
        ("77aa", NAMES[2]),
        (f"runs/{NAMES[1]}", NAMES[1]),
    ],
)
def test_a_beginning_that_only_one_has_is_that_run(runs: Path, word: str, name: str) -> None:
    assert which_run(Path(word)) == Path("runs") / name


def test_last_is_the_newest_by_what_the_runs_say(runs: Path) -> None:
    os.utime(runs / NAMES[0])  # touched last, made first
    assert which_run(Path("last")).name == NAMES[1]


@pytest.mark.parametrize(
    ("word", "words"),
    [
        ("20260102", ("2 runs begin so", NAMES[1], NAMES[2], "more letters")),
        ("digits-cnn", ("this is a recipe, not a run", NAMES[1])),
        ("mnist-cnn", ("this is a recipe", "trasluz train mnist-cnn")),
        ("runs/20260101-digits-cmn-ab12cd", ("no such run", f"Did you mean runs/{NAMES[0]}?")),
    ],
)
def test_where_no_run_is_meant_it_says_what_may_be(runs: Path, word: str, words: tuple[str, ...]) -> None:
    with pytest.raises(RunError) as caught:
        which_run(Path(word))
    for one in words:
        assert one in str(caught.value)


def test_what_is_nothing_like_a_run_is_left_to_who_opens_it(runs: Path) -> None:
    assert which_run(Path("/nowhere/at/all")) == Path("/nowhere/at/all")
    assert which_run(Path("ab")) == Path("ab")  # too short for a beginning


def test_no_runs_at_all_are_said(command: Command) -> None:
    command("report", "last").must_refuse("last: there are no runs in runs")
    command("report", "somewhere").must_refuse("somewhere")


def test_a_command_takes_a_beginning_and_tells_the_whole_path(command: Command, classifier: Path) -> None:
    shutil.copytree(classifier, Path("runs") / classifier.name)
    told = command("findings", classifier.name[:12], "--json").json
    assert told["run"] == f"runs/{classifier.name}"


def test_a_run_is_deleted_by_its_whole_path_only(command: Command, classifier: Path) -> None:
    run = shutil.copytree(classifier, Path("runs") / classifier.name)
    command("runs", "delete", "last", "--yes").must_refuse("last")
    assert run.is_dir()
