"""A run's files are parsed once for each state that they are in, and what others write is seen."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from trasluz.errors import RunError
from trasluz.recipe import Recipe
from trasluz.runs import folder as folders
from trasluz.runs.folder import RunFolder


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    made = RunFolder(tmp_path / "run")
    made.create(Recipe(), timings={"training_seconds": 0.0})
    return made


def test_nothing_is_parsed_twice(folder: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    recipe, info = folder.recipe(), folder.info()

    def refuse(*_words: object) -> None:
        raise AssertionError("parsed again")

    monkeypatch.setattr(folders, "from_yaml", refuse)
    monkeypatch.setattr(json, "loads", refuse)
    assert RunFolder(folder.path).recipe() is recipe
    assert RunFolder(folder.path).info() == info


def test_what_is_written_is_seen_at_once(folder: RunFolder) -> None:
    for status in ("running", "stopped", "running"):  # of equal length, in one tick of the clock
        folder.update_info(status=status)
        assert folder.info()["status"] == status
    folder.write_recipe(Recipe(seed=3))
    assert folder.recipe().seed == 3
    folder.write_recipe(Recipe(seed=4))
    assert folder.recipe().seed == 4


def test_a_caller_who_changes_what_was_read_changes_nobody_elses(folder: RunFolder) -> None:
    folder.info()["status"] = "mine"
    assert folder.info()["status"] == "created"


def test_damage_is_told_after_a_good_state_was_read(folder: RunFolder) -> None:
    folder.info()
    (folder.path / "run.json").write_text("{")
    with pytest.raises(RunError, match="damaged"):
        folder.info()


def test_the_size_is_that_of_all_files_and_of_no_folder_linked_to(folder: RunFolder, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "large").write_bytes(b"0" * 1000)
    (folder.path / "looks" / "linked").symlink_to(elsewhere)
    (folder.path / "looks" / "gone").symlink_to(tmp_path / "nowhere")
    (folder.path / "looks" / "file").write_bytes(b"0" * 77)
    walked = [Path(place) / name for place, _folders, names in os.walk(folder.path) for name in names]
    assert folder.size() == sum(path.stat().st_size for path in walked if path.exists())
