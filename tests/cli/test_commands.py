"""Each command does what its help says, on tiny runs."""

from __future__ import annotations

import csv
import json
import shutil
import sys
from pathlib import Path

import pytest
import yaml
from PIL import Image

from tests.cli.conftest import QUICK, Command
from tests.conftest import ImageFolder
from trasluz.recipe import built_in_names


def test_recipes_has_one_line_per_recipe_in_the_language_asked_for(command: Command) -> None:
    english, spanish = (command("--lang", name, "recipes", "--all").out.splitlines() for name in ("en", "es"))
    for lines in (english, spanish):
        assert sorted(line.split()[0] for line in lines if line.startswith("  ")) == list(built_in_names())
    assert not set(english) & set(spanish) - {""}


def test_recipes_begins_with_a_few_and_names_the_rest(command: Command) -> None:
    few = command("recipes")
    assert len(few.out.splitlines()) < 40
    assert "trasluz train cats-dogs-tuned --data PHOTOS" in few.out
    assert "trasluz recipes --all" in few.out
    told = command("recipes", "--json").json["recipes"]
    assert {one["name"] for one in told} >= {"cats-dogs-tuned", "digits-cnn"}
    assert all(one.keys() >= {"purpose", "needs", "group", "minutes", "command"} for one in told)


def test_a_shown_recipe_says_above_what_it_is_for_needs_and_takes(command: Command) -> None:
    lines = command("recipes", "show", "cats-dogs-tuned").out.splitlines()
    assert [line.partition(":")[0] for line in lines[:4]] == ["# For", "# Needs", "# Takes", "# Train it"]
    assert lines[4].startswith("version:")


@pytest.mark.parametrize("name", built_in_names())
def test_a_shown_recipe_can_be_trained_from_its_file(command: Command, name: str) -> None:
    shown = command("recipes", "show", name).out
    Path("mine.yaml").write_text(shown, encoding="utf-8")
    assert command("recipes", "show", "mine.yaml").out == shown
    assert yaml.safe_load(shown)["name"] == name


def test_the_schema_is_one_json_document(command: Command) -> None:
    assert json.loads(command("recipes", "schema").out)["title"] == "Recipe"


def test_train_prints_one_json_object_and_nothing_else(command: Command) -> None:
    answer = command("train", "digits-cnn", *QUICK, "--no-report", "--json", "--seed", "3")
    assert answer.code == 0
    assert answer.json.keys() >= {"run", "status", "metrics", "seconds"}
    assert answer.json["status"] == "finished"
    assert answer.json["seconds"] > 0
    assert "seed: 3" in (Path(answer.json["run"]) / "recipe.yaml").read_text(encoding="utf-8")


def test_several_seeds_give_means_with_intervals(command: Command) -> None:
    found = command("train", "digits-cnn", *QUICK, "--seeds", "2", "--json").json
    assert len(set(found["runs"])) == 2
    accuracy = found["metrics"]["valid/accuracy"]
    assert accuracy["low"] <= accuracy["mean"] <= accuracy["high"]


def test_resume_trains_a_finished_run_on(command: Command, classifier: Path, tmp_path: Path) -> None:
    run = shutil.copytree(classifier, tmp_path / "copy")
    answer = command("resume", run, "--set", "train.epochs=2", "--no-report", "--json")
    assert answer.json["status"] == "finished"
    assert "epochs: 2" in (run / "recipe.yaml").read_text(encoding="utf-8")


def test_evaluate_gives_intervals_and_baselines(command: Command, classifier: Path) -> None:
    found = command("evaluate", classifier, "--json").json
    low, high = found["intervals"]["accuracy"]
    assert low <= found["metrics"]["accuracy"] <= high
    assert found["baselines"]
    assert "Accuracy" in command("evaluate", classifier).out
    spanish = command("--lang", "es", "evaluate", classifier).out
    assert "Exactitud" in spanish
    assert "accuracy" not in spanish


def test_predict_writes_what_it_would_print(command: Command, classifier: Path, image_folder: ImageFolder) -> None:
    folder = image_folder(count=3)
    printed = command("predict", classifier, folder / "cat", folder / "dog")
    assert printed.code == 0
    assert command("predict", classifier, folder / "cat", folder / "dog", "--out", "p.csv").out == ""
    assert Path("p.csv").read_text(encoding="utf-8") == printed.out
    rows = list(csv.DictReader(printed.out.splitlines()))
    assert len(rows) == 6
    assert sum(float(rows[0][str(digit)]) for digit in range(10)) == pytest.approx(1, abs=1e-4)


def test_reconstruct_writes_a_pair_per_image(command: Command, autoencoder: Path, image_folder: ImageFolder) -> None:
    folder = image_folder(count=3)
    found = command("reconstruct", autoencoder, folder / "cat", "--out", "pairs", "--json").json
    assert len(found["mse"]) == len(list(Path("pairs").glob("*.png"))) == 3


@pytest.mark.parametrize("language", ["en", "es"])
def test_report_is_written_in_the_language_asked_for(
    command: Command, classifier: Path, tmp_path: Path, language: str
) -> None:
    run = shutil.copytree(classifier, tmp_path / "copy")
    page = Path(command("report", run, "--lang", language, "--json").json["report"])
    assert f'lang="{language}"' in page.read_text(encoding="utf-8")[:500]


def test_runs_are_listed_and_deleted(command: Command, classifier: Path, tmp_path: Path) -> None:
    run = shutil.copytree(classifier, tmp_path / "runs" / "one")
    (listed,) = command("runs", "list", "--json").json["runs"]
    assert Path(listed["run"]) == Path("runs/one")
    assert command("runs", "delete", run, "--yes").code == 0
    assert not run.exists()


def test_delete_with_nobody_to_ask_deletes_nothing(
    command: Command, classifier: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = shutil.copytree(classifier, tmp_path / "one")
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False, raising=False)
    command("runs", "delete", run).must_refuse("--yes")
    assert run.is_dir()


def test_a_verb_that_the_model_cannot_do_names_the_command_for_what_it_can(
    command: Command, classifier: Path, autoencoder: Path
) -> None:
    image = Path("image.png")
    Image.new("L", (8, 8)).save(image)
    command("predict", autoencoder, image).must_refuse(f"`trasluz reconstruct {autoencoder} IMAGES`")
    command("generate", autoencoder).must_refuse(f"`trasluz reconstruct {autoencoder} IMAGES`")
    for words in (("reconstruct", classifier, image), ("translate", classifier, image, "--to", "a")):
        command(*words).must_refuse(f"`trasluz predict {classifier} IMAGES`")
    command("generate", classifier).must_refuse(f"`trasluz predict {classifier} IMAGES`")
