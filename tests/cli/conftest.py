"""The command line under test: run in this process, with what it printed and its exit code."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from trasluz.cli.__main__ import run

QUICK = ("--set", "train.epochs=1", "--set", "data.limit=300", "--set", "data.valid=0.2")


@dataclass(frozen=True)
class Answer:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The last line of standard output as JSON, which must be the only one."""
        (line,) = self.out.splitlines()
        tree: dict[str, Any] = json.loads(line)
        return tree

    def must_refuse(self, *words: str, code: int = 2) -> None:
        """One sentence on standard error that holds these words, nothing on standard output."""
        assert self.code == code, self.err
        assert self.out == ""
        (sentence,) = self.err.splitlines()
        assert "Traceback" not in sentence
        assert "Unexpected error" not in sentence
        for word in words:
            assert word in sentence


Command = Callable[..., Answer]


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs ``trasluz`` with these words, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def call(*words: str | Path) -> Answer:
        capsys.readouterr()
        code = run([str(word) for word in words])
        printed = capsys.readouterr()
        return Answer(code, printed.out, printed.err)

    return call


def _trained(recipe: str, folder: Path) -> Path:
    assert run(["train", recipe, *QUICK, "--no-report", "--runs", str(folder)]) == 0
    (path,) = folder.iterdir()
    return path


@pytest.fixture(scope="session")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A classifier of digits, trained for one epoch. Read it only."""
    return _trained("digits-cnn", tmp_path_factory.mktemp("classifier"))


@pytest.fixture(scope="session")
def autoencoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An autoencoder of digits, trained for one epoch. Read it only."""
    return _trained("digits-autoencoder", tmp_path_factory.mktemp("autoencoder"))
