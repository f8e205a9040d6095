"""What follows a training: scores, the gravest finding, the report's address and how to go on; nothing of it can fail
the training."""

from __future__ import annotations

import shutil
import webbrowser
from pathlib import Path
from urllib.parse import unquote, urlparse

import pytest

from tests.cli.conftest import QUICK, Command
from trasluz.api import Run
from trasluz.errors import StorageError

TRAIN = ("train", "digits-cnn", *QUICK)


def test_a_training_ends_with_scores_a_finding_the_pages_address_and_what_comes_next(command: Command) -> None:
    answer = command(*TRAIN)
    assert answer.code == 0
    (run,) = Path("runs").iterdir()
    (address,) = [line.partition(": ")[2] for line in answer.out.splitlines() if line.startswith("Report: ")]
    assert Path(unquote(urlparse(address).path)) == (run / "report.html").resolve()
    assert (run / "report.html").is_file()
    assert "Judged on validation" in answer.out
    assert "Accuracy" in answer.out
    scores = [line.strip() for line in answer.out.splitlines() if line.startswith("  ")]
    told = ("Cross-entropy ", "Loss ", "macro_f1 ")  # the loss is the cross-entropy, of smoothed labels, once more
    assert [sum(line.startswith(name) for line in scores) for name in told] == [1, 0, 0]
    assert len([line for line in answer.out.splitlines() if line.startswith(("[fault]", "[caution]", "[remark]"))]) == 1
    assert answer.err.splitlines()[-1] == f"What to try next: trasluz why {run}"


def test_without_a_report_it_is_evaluated_all_the_same(command: Command) -> None:
    told = command(*TRAIN, "--no-report", "--json").json
    assert told["report"] is None
    assert told["evaluation"]["split"] == "valid"
    assert told["evaluation"]["metrics"].keys() >= {"accuracy"}
    assert told["findings"][0].keys() == {"rule", "severity", "title", "command"}
    assert told["next"] == f"trasluz why {told['run']}"
    assert not (Path(told["run"]) / "report.html").exists()


def test_the_page_is_opened_when_asked_for(
    command: Command, classifier: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    page = tmp_path / "a page.html"
    monkeypatch.setattr(Run, "report", lambda self, lang=None, reporter=None: page)
    shutil.copytree(classifier, Path("copy"))
    assert command("resume", "copy", "--open").code == 0
    assert opened == [page.as_uri()]
    command(*TRAIN, "--open", "--no-report").must_refuse("--open")
    assert not Path("runs").exists()


def test_a_report_that_cannot_be_written_spoils_no_training(
    command: Command, classifier: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(self: Run, lang: str | None = None, reporter: object = None) -> Path:
        raise StorageError("The disk is full.")

    monkeypatch.setattr(Run, "report", fails)
    shutil.copytree(classifier, Path("copy"))
    answer = command("resume", "copy")
    assert answer.code == 0
    assert "finished" in answer.out
    assert "The disk is full." in answer.err
    assert command("resume", "copy", "--json").json["problem"] == "The disk is full."


def test_ctrl_c_while_the_report_is_written_says_where_the_trained_run_is(
    command: Command, classifier: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(self: Run, lang: str | None = None, reporter: object = None) -> Path:
        raise KeyboardInterrupt

    monkeypatch.setattr(Run, "report", interrupted)
    shutil.copytree(classifier, Path("copy"))
    answer = command("resume", "copy")
    assert answer.code == 130
    assert "copy is trained" in answer.err
    assert answer.err.splitlines()[-1].endswith("trasluz report copy writes what is missing.")


def test_why_says_what_to_try_each_with_its_command(command: Command, classifier: Path) -> None:
    answer = command("why", classifier)
    assert answer.code == 0
    assert answer.out.startswith(("1. ", "Nothing went wrong"))
    told = command("why", classifier, "--json").json
    assert told.keys() >= {"run", "healthy", "steps", "also"}
    assert all(step["command"].startswith("trasluz ") for step in told["steps"])
    spanish = command("--lang", "es", "why", classifier).out
    assert spanish != answer.out
