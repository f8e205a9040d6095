"""``trasluz look``: lists the looks that a run allows, and writes the page of one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import QUICK, Command
from trasluz.cli.__main__ import run


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    assert run(["train", "digits-cnn", *QUICK, "--no-report", "--runs", str(folder)]) == 0
    (path,) = folder.iterdir()
    return path


def test_it_lists_what_the_run_can_be_looked_at_with(command: Command, trained: Path) -> None:
    assert "kernels" in command("look", trained, "--json").json["looks"]
    assert "kernels" in command("look", trained).out


def test_it_writes_the_page_where_it_is_told(command: Command, trained: Path) -> None:
    answer = command("look", trained, "kernels", "--out", "page.html", "--lang", "es", "--json")
    assert answer.json["page"] == "page.html"
    assert "Núcleos" in Path("page.html").read_text(encoding="utf-8")


def test_unknown_looks_options_and_splits_are_refused(command: Command, trained: Path) -> None:
    command("look", trained, "kernel").must_refuse("kernel", "Did you mean kernels?")
    command("look", trained, "kernels", "--set", "depth=3").must_refuse("depth")
    command("look", trained, "kernels", "--split", "spare").must_refuse("no spare split")
