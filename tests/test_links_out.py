"""Links in a run: what lies elsewhere is neither read, shown nor written over because a run says that it is its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from trasluz.errors import RunError
from trasluz.files import refuse_links_out
from trasluz.recipe import Recipe
from trasluz.runs.folder import RunFolder
from trasluz.search.folder import StudyFolder


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = tmp_path / "runs" / "a"
    RunFolder(folder).create(Recipe())
    return folder


@pytest.mark.parametrize("name", ["run.json", "recipe.yaml", "model", "looks/deep/grid.png", "checkpoints/best", "new"])
def test_a_run_with_a_link_that_leads_out_is_refused(run: Path, tmp_path: Path, name: str) -> None:
    there, here = tmp_path / "elsewhere", run / name
    here.parent.mkdir(parents=True, exist_ok=True)
    if here.exists():
        here.rename(there)
    here.symlink_to(there)
    with pytest.raises(RunError, match=f"{name} is a link that leads out of this folder, to {there}"):
        RunFolder.open(run)


def test_neither_the_parent_nor_a_run_beside_it_belongs_to_a_run(run: Path) -> None:
    for number, target in enumerate(("..", "../a-not-this", "/")):
        link = run / f"link-{number}"
        link.symlink_to(target)
        with pytest.raises(RunError, match="leads out"):
            refuse_links_out(run)
        link.unlink()


def test_links_that_stay_inside_and_circles_are_let_be(run: Path) -> None:
    (run / "checkpoints" / "best").symlink_to("../model")
    (run / "self").symlink_to(".")
    (run / "circle").symlink_to("circle")
    (run / "nothing").symlink_to("not-there")
    assert RunFolder.open(run).path == run


def test_a_run_may_itself_be_reached_by_a_link(run: Path, tmp_path: Path) -> None:
    (tmp_path / "short").symlink_to(run)
    (tmp_path / "disk").symlink_to(tmp_path / "runs")
    for path in (tmp_path / "short", tmp_path / "disk" / "a"):
        assert RunFolder.open(path).info()["status"] == "created"


def test_a_study_whose_runs_lie_elsewhere_by_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "study.yaml").touch()
    assert StudyFolder.open(tmp_path / "study")
    (tmp_path / "study" / "runs").symlink_to(tmp_path)
    with pytest.raises(RunError, match="runs is a link that leads out"):
        StudyFolder.open(tmp_path / "study")


def test_many_nested_folders_are_looked_through(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*(["n"] * 600))
    deep.mkdir(parents=True)
    refuse_links_out(tmp_path)
    (deep / "link").symlink_to("/")
    with pytest.raises(RunError, match="leads out"):
        refuse_links_out(tmp_path)
