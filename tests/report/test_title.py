"""What a page is called: as its user says, else by the data; a description only where it speaks of these data."""

from __future__ import annotations

from pathlib import Path

from tests.report.made_runs import make_run
from trasluz.recipe import load
from trasluz.report.context import Context
from trasluz.report.title import describes, title_of
from trasluz.runs.folder import RunFolder


def _run(tmp_path: Path, **data: object) -> RunFolder:
    recipe = load("digits-cnn").override({f"data.{name}": value for name, value in data.items()})
    folder = make_run(tmp_path)
    folder.write_recipe(recipe)
    return folder


def test_a_page_is_called_by_its_data_in_each_language(tmp_path: Path) -> None:
    told = title_of(Context(make_run(tmp_path), {}))
    assert told.texts["en"] == "1\u202f797 images of 10 classes in digits"
    assert told.texts["es"] == "1\u202f797 imágenes de 10 clases en digits"


def test_the_users_name_comes_first(tmp_path: Path) -> None:
    folder = make_run(tmp_path, title="My <b>digits")
    assert str(title_of(Context(folder, {}))) == "My &lt;b&gt;digits"


def test_a_folder_whose_name_tells_nothing_is_called_with_its_parent(tmp_path: Path) -> None:
    folder = make_run(tmp_path)
    folder.update_info(data="train", data_place={"absolute": "/home/me/cats-dogs/train"})
    assert title_of(Context(folder, {})).texts["en"].endswith("in cats-dogs/train")


def test_the_description_stays_with_the_recipes_own_data(tmp_path: Path) -> None:
    assert describes(Context(_run(tmp_path / "own"), {}))
    assert not describes(Context(_run(tmp_path / "other", source="/home/me/photos"), {}))
