"""The index of a study's runs says what listing all of them would say, whoever made or changed them meanwhile."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.search.made_cells import made_study, make_cell
from trasluz.files import new_folder
from trasluz.runs.folder import RunFolder, list_runs
from trasluz.runs.half import half_runs
from trasluz.search import index as indices
from trasluz.search.folder import cells_of
from trasluz.search.index import RunIndex


def _name(found: RunFolder | None) -> str | None:
    return None if found is None else found.path.name


def test_every_cell_is_found_and_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, study = made_study(tmp_path, 3, 2)
    read: list[str] = []
    real = RunFolder.info
    monkeypatch.setattr(indices.RunFolder, "info", lambda self: read.append(self.path.name) or real(self))
    index = RunIndex(folder.runs)
    for _twice in range(2):
        for cell in cells_of(study):
            found = index.find(cell.recipe_hash)
            assert found is not None
            assert found.recipe() == cell.recipe
    assert len(read) == len(set(read)) == 6


def test_folders_that_others_make_or_delete_are_noticed(tmp_path: Path) -> None:
    folder, study = made_study(tmp_path, 2, 1)
    first, second = cells_of(study)
    index = RunIndex(folder.runs)
    found = index.find(first.recipe_hash)
    assert found is not None
    shutil.rmtree(found.path)
    assert index.find(first.recipe_hash) is None
    assert index.find(second.recipe_hash) is not None
    assert _name(index.known(second.recipe_hash)) == _name(index.find(second.recipe_hash))
    made = make_cell(folder.runs, first)
    assert _name(index.known(first.recipe_hash)) is None
    assert _name(index.find(first.recipe_hash)) == made.name


def test_a_folder_that_is_half_made_is_found_once_it_is_whole(tmp_path: Path) -> None:
    folder, study = made_study(tmp_path, 1, 1)
    (cell,) = cells_of(study)
    (run,) = folder.runs.iterdir()
    text = (run / "run.json").read_text()
    for unfinished in (None, "{", "[]"):
        (run / "run.json").unlink()
        if unfinished:
            (run / "run.json").write_text(unfinished)
        index = RunIndex(folder.runs)
        assert index.find(cell.recipe_hash) is None
        (run / "run.json").write_text(text)
        assert _name(index.find(cell.recipe_hash)) == run.name
        (run / "run.json").write_text("{")
        assert index.find(cell.recipe_hash) is None


def test_a_run_that_somebody_is_still_making_is_none_yet(tmp_path: Path) -> None:
    folder, study = made_study(tmp_path, 1, 1)
    (cell,) = cells_of(study)
    (run,) = folder.runs.iterdir()
    with new_folder(folder.runs / "second") as beside:
        shutil.copytree(run, beside, dirs_exist_ok=True)
        shutil.rmtree(run)
        assert RunIndex(folder.runs).find(cell.recipe_hash) is None
        assert list(list_runs(folder.runs)) == []
        (beside / "run.json").rename(tmp_path / "run.json")
        assert list(half_runs(folder.runs)) == []
        (tmp_path / "run.json").rename(beside / "run.json")
    assert _name(RunIndex(folder.runs).find(cell.recipe_hash)) == "second"
    assert [found.path.name for found in list_runs(folder.runs)] == ["second"]


def test_a_run_that_is_trained_on_with_another_recipe_is_no_longer_the_cells(tmp_path: Path) -> None:
    folder, study = made_study(tmp_path, 1, 1)
    (cell,) = cells_of(study)
    index = RunIndex(folder.runs)
    found = index.find(cell.recipe_hash)
    assert found is not None
    found.update_info(recipe_hash="another")
    assert index.find(cell.recipe_hash) is None
    assert _name(index.known("another")) == found.path.name
    found.update_info(recipe_hash="a third")
    assert index.known("a third") is None
    index.refresh()
    assert _name(index.known("a third")) == found.path.name


def test_of_equal_recipes_the_newest_run_counts(tmp_path: Path) -> None:
    folder, study = made_study(tmp_path, 1, 1)
    (cell,) = cells_of(study)
    older = next(folder.runs.iterdir())
    newer = shutil.copytree(older, folder.runs / "00000000-first-by-name")
    info = json.loads((newer / "run.json").read_text())
    (newer / "run.json").write_text(json.dumps({**info, "created": "2026-02-01T00:00:00+00:00"}))
    assert _name(RunIndex(folder.runs).find(cell.recipe_hash)) == newer.name


def test_without_a_folder_there_are_no_runs(tmp_path: Path) -> None:
    assert RunIndex(tmp_path / "nowhere").find("0") is None
