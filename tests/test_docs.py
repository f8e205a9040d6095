"""What README and docs promise is true: commands and snippets run, links lead somewhere, tables match the code.

A block marked ``sh`` is run line by line, ``python`` is executed, ``yaml`` that begins with a file name is written
to that file.  Blocks of a page share one folder, which has ``photos/``; a run named in the page as
``runs/20260101-<recipe>-ab12cd`` stands for the latest run of that recipe.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ImageFolder
from trasluz.cli.__main__ import run

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXAMPLE_RUN = re.compile(r"runs/20260101-([a-z-]+)-ab12cd")
EPOCHS = re.compile(r"train\.epochs=\d+")
# What a reader does once for the machine; everything else in a block is run here.
SET_UP = {". .venv/bin/activate"}


def _blocks(page: Path) -> list[tuple[str, str]]:
    return BLOCK.findall(page.read_text(encoding="utf-8"))


def _latest_runs(text: str) -> str:
    def latest(match: re.Match[str]) -> str:
        runs = sorted(Path("runs").glob(f"*-{match[1]}-*"), key=lambda path: path.stat().st_mtime)
        assert runs, f"{match[0]}: nothing above trains {match[1]}"
        return str(runs[-1])

    return EXAMPLE_RUN.sub(latest, text)


def _run_line(line: str, report: bool = False) -> None:
    if line in SET_UP:
        return
    program, *words = shlex.split(_latest_runs(line))
    if program == "make":
        targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
        assert set(words) <= set(targets)
        return
    assert program == "trasluz", f"{line}: how should this be tested?"
    quick = [EPOCHS.sub("train.epochs=2", word) for word in words]
    if "train" in quick and not any("epochs" in word or word == "--minutes" for word in quick):
        quick += ["--set", "train.epochs=1"]
    if quick[:1] in (["train"], ["resume"]) and not report:
        quick.append("--no-report")
    assert run(quick) == 0, line


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_and_snippet_runs(
    page: Path, tmp_path: Path, image_folder: ImageFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    image_folder(name="photos", count=12)
    monkeypatch.chdir(tmp_path)
    for kind, text in _blocks(page):
        if kind == "sh":
            for line in text.splitlines():
                _run_line(
                    line, report=page.name == "README.md"
                )  # reports take their time; one page shows that they come
        elif kind == "python":
            exec(compile(_latest_runs(text), str(page), "exec"), {"__name__": "snippet"})
        elif kind == "yaml":
            name = text.splitlines()[0].removeprefix("# ")
            assert name.endswith(".yaml"), f"{page.name}: a yaml block begins with its file name"
            Path(name).write_text(text, encoding="utf-8")
        else:
            assert kind == "text", f"{page.name}: blocks are sh, python, yaml or text"


def _links() -> Iterator[tuple[Path, str]]:
    for page in [*PAGES, ROOT / "CHANGELOG.md"]:
        for target in re.findall(r"\]\(([^)]+)\)", page.read_text(encoding="utf-8")):
            if not target.startswith("https://"):
                yield page, target


@pytest.mark.parametrize(("page", "target"), list(_links()), ids=lambda value: getattr(value, "name", value))
def test_every_link_leads_somewhere(page: Path, target: str) -> None:
    path, _hash, anchor = target.partition("#")
    linked = page.parent / path if path else page
    assert linked.exists()
    if anchor:
        titles = re.findall(r"^#+ (.*)$", linked.read_text(encoding="utf-8"), re.MULTILINE)
        assert anchor in [re.sub(r"[^\w\- ]", "", title).lower().replace(" ", "-") for title in titles]


def test_the_tables_of_fields_and_options_are_those_of_the_code() -> None:
    checked = subprocess.run(
        [sys.executable, ROOT / "scripts" / "docs.py", "check"], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stderr


def test_every_room_has_its_line_in_the_picture_of_the_house() -> None:
    picture = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rooms = [path.name for path in (ROOT / "src" / "trasluz").iterdir() if not path.name.startswith(("_", "py."))]
    for room in rooms:
        name = f"{room}/" if "." not in room else room
        assert f"`{name}`" in picture, f"{name} has no line in docs/architecture.md"


def test_the_licence_is_the_one_that_is_named() -> None:
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert 'license = "Apache-2.0"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def test_results_page_is_what_the_stored_results_give() -> None:
    from bench.page import page

    assert (ROOT / "docs" / "results.md").read_text(encoding="utf-8") == page()


def test_intervals_page_is_what_the_stored_coverage_gives() -> None:
    from bench.coverage import KEPT, KINDS, PAGE, page

    assert {path.stem for path in KEPT.glob("*.json")} == set(KINDS), "some kinds were never measured"
    assert page() == PAGE.read_text(encoding="utf-8")


def test_reliability_page_is_what_the_stored_attacks_give() -> None:
    from attack.run import KEPT, PAGE, page

    assert not KEPT.exists() or PAGE.read_text(encoding="utf-8") == page()
