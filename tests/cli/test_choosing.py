"""``trasluz train PHOTOS``: three sentences before work, a run, and refusals that end with code 2."""

from __future__ import annotations

import subprocess
import sys
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


_REFUSED = """
import sys
from trasluz.cli.__main__ import run
for words in (
    ["photos", "--set", "epochs=3"],
    ["photos", "--set", "data.size=abc"],
    ["photos", "--set", "train.epochs=x"],
    ["photos", "--for", "sell"],
    ["photos", "--minutes", "0"],
    ["photos", "--minutes", "3", "--set", "train.epochs=2"],
    ["photos", "--data", "digits"],
    ["photos", "--seeds", "3"],
    ["few"],
    ["empty"],
    ["flowers.csv"],
    ["texts.csv"],
    ["flowers.csv", "--for", "generate"],
):
    code = run(["train", *words])
    assert code == 2, words
    assert "torch" not in sys.modules, words
"""


def test_what_can_be_refused_at_once_is_refused_before_pytorch_is_imported(
    image_folder: ImageFolder, tmp_path: Path
) -> None:
    image_folder(name="photos", count=20)
    image_folder(name="few", count=2)
    (tmp_path / "empty").mkdir()
    rows = "\n".join(f"{i},{i % 7},{i % 3}" for i in range(30))
    (tmp_path / "flowers.csv").write_text(f"long,wide,kind\n{rows}\n", encoding="utf-8")
    (tmp_path / "texts.csv").write_text(
        "long,kind\n" + "".join(f"{i},{'ab'[i % 2]}\n" for i in range(30)), encoding="utf-8"
    )
    ran = subprocess.run([sys.executable, "-c", _REFUSED], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    told = ran.stderr.splitlines()
    assert len(told) == 13, ran.stderr
    assert "Did you mean train.epochs?" in told[0]
    assert told[4] == "--minutes 0: give a number of minutes above 0."
    assert "one of long, wide, kind" in told[10]
    assert "data.target=kind" in told[11]
    assert not (tmp_path / "runs").exists()


def test_fields_of_what_will_be_chosen_are_left_until_then(command: Command, image_folder: ImageFolder) -> None:
    image_folder(name="photos", count=20)
    changes = ("train.optimiser.learning_rate=0.01", "model.label_smoothing=0.05")
    answer = command("train", "photos", "--minutes", "1", "--no-report", *(w for c in changes for w in ("--set", c)))
    assert answer.code == 0, answer.err
