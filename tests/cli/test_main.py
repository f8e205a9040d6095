"""The entry point: exit codes, and what happens when something goes wrong that nobody foresaw."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest

from tests.cli.conftest import Command
from trasluz import errors, recipe


def _break(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def fail(name: str) -> NoReturn:
        raise error

    monkeypatch.setattr(recipe, "load", fail)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.RequestError("no"), 2),
        (errors.WorkError("no"), 1),
        (errors.Interrupted("no"), 130),
        (errors.DivergedError("no"), 1),
    ],
)
def test_each_kind_of_error_has_its_exit_code(
    command: Command, monkeypatch: pytest.MonkeyPatch, error: errors.TrasluzError, code: int
) -> None:
    _break(monkeypatch, error)
    command("recipes", "show", "x").must_refuse("no", code=code)


def test_a_message_of_several_lines_is_said_on_one(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    _break(monkeypatch, errors.RequestError("one\ntwo"))
    command("recipes", "show", "x").must_refuse("one two")


def test_the_package_is_a_program_too(command: Command) -> None:
    asked = [sys.executable, "-m", "trasluz", "--version"]
    answer = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stdout) == (0, command("--version").out)


def test_ctrl_c_outside_of_training_is_130(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    _break(monkeypatch, KeyboardInterrupt())
    command("recipes", "show", "x").must_refuse("Interrupted", code=130)


def test_an_unforeseen_error_is_one_sentence_and_keeps_the_traceback(
    command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    _break(monkeypatch, ZeroDivisionError("oh dear"))
    answer = command("recipes", "show", "x")
    (kept,) = tmp_path.glob("trasluz-*.txt")
    assert answer.code == 1
    assert (
        answer.err == f"Unexpected error: ZeroDivisionError: oh dear; please report it with the traceback in {kept}.\n"
    )
    assert "Traceback" in kept.read_text(encoding="utf-8")


def test_debug_shows_the_traceback(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    _break(monkeypatch, ZeroDivisionError("oh dear"))
    answer = command("--debug", "recipes", "show", "x")
    assert answer.code == 1
    assert "Traceback" in answer.err


def test_further_processes_of_a_distributed_run_say_nothing(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCAL_RANK", "1")
    assert command("recipes").out == ""
