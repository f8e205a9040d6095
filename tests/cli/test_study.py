"""``trasluz study``: lists, shows, trains, and answers a wrong request in one sentence."""

from __future__ import annotations

from pathlib import Path

import yaml

from tests.cli.conftest import Command
from trasluz.recipe.study import study_names


def test_without_a_name_it_lists_the_studies_in_the_language_asked_for(command: Command) -> None:
    english, spanish = command("study").out.splitlines(), command("--lang", "es", "study").out.splitlines()
    assert [line.split()[0] for line in english] == [line.split()[0] for line in spanish] == list(study_names())
    assert english != spanish


def test_what_it_shows_is_a_study_of_its_own(command: Command) -> None:
    shown = command("study", "pooling", "--show").out
    assert set(yaml.safe_load(shown)["variants"]) == {"maximum", "average", "stride"}


def test_it_trains_compares_and_prints_one_json_object(command: Command) -> None:
    variants = "{one: {train.epochs: 1}, two: {train.epochs: 2}}"
    Path("mine.yaml").write_text(f"name: mine\nbase: digits-cnn\nseeds: 1\nvariants: {variants}\n", encoding="utf-8")
    small = ("--set", "data.limit=60", "--set", "model.network.channels=[8]", "--set", "data.test=null")
    answer = command("study", "mine.yaml", *small, "--json")
    assert answer.code == 0
    assert [row["variant"] for row in answer.json["rows"]] == ["one", "two"]
    assert [row["epochs"] for row in answer.json["rows"]] == [1.0, 2.0]
    assert Path(answer.json["page"]).is_file()
    again = command("study", answer.json["study"])
    assert again.code == 0
    assert [line.split()[0] for line in again.out.splitlines()] == ["variant", "one", "two"]


def test_a_study_that_does_not_exist_is_a_wrong_request(command: Command) -> None:
    answer = command("study", "poling")
    assert answer.code == 2
    assert "Did you mean pooling?" in answer.err
