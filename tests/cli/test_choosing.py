"""``trasluz train PHOTOS``: three sentences before work, a run, and refusals that end with code 2."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.conftest import ImageFolder
from trasluz.api import choosing
from trasluz.choosing import pace
from trasluz.choosing.candidates import _small


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "_SECONDS", 0.05)
    monkeypatch.setattr(_small, "most_epochs", lambda facts: 2)
    monkeypatch.setattr(choosing, "_found", lambda given: ())


def test_a_folder_is_enough_and_its_recipe_is_an_ordinary_one(command: Command, image_folder: ImageFolder) -> None:
    image_folder(name="photos", count=20)
    answer = command("train", "photos", "--minutes", "1")
    assert answer.code == 0, answer.err
    assert answer.err.splitlines()[0].startswith("photos, 40 samples in 2 classes: ")
    assert answer.err.splitlines()[1].startswith("Until it is trained it takes about ")
    assert answer.err.splitlines()[1].endswith("(1 minute was asked for).")
    (run,) = Path("runs").iterdir()
    shown = command("recipes", "show", run / "recipe.yaml")
    assert shown.code == 0
    assert "source: photos" in shown.out


def test_refusals_are_one_sentence(command: Command, image_folder: ImageFolder, tmp_path: Path) -> None:
    image_folder(name="photos", count=20)
    command("train", "photos", "--for", "sell").must_refuse("classify")
    command("train", "iris", "--for", "generate").must_refuse("only images")
    command("train", "photos", "--data", "digits").must_refuse("--data")
    command("train", "photos", "--seeds", "3").must_refuse("--seeds")
    command("train", "digits-cnn", "--minutes", "3").must_refuse("--minutes")
    command("train", "fotos").must_refuse("fotos")
    (tmp_path / "empty").mkdir()
    command("train", "empty").must_refuse("no images here")
    assert not Path("runs").exists()
