"""The program as a whole: help, languages, and one sentence for words that it does not understand."""

from __future__ import annotations

from pathlib import Path

import pytest

import trasluz
from tests.cli.conftest import Command
from trasluz.cli.app import command_names


def test_without_words_it_shows_its_help_and_is_done(command: Command) -> None:
    answer = command()
    assert answer.code == 0
    assert all(name in answer.out for name in command_names())
    assert answer == command("--help")


def test_the_version_is_the_packages(command: Command) -> None:
    assert command("--version").out == f"trasluz {trasluz.__version__}\n"


@pytest.mark.parametrize("name", command_names())
def test_every_command_explains_itself(command: Command, name: str) -> None:
    answer = command(name, "--help")
    assert answer.code == 0
    assert f"Usage: trasluz {name}" in answer.out


def test_commands_are_found_by_file_name() -> None:
    files = {path.stem for path in (Path(trasluz.__file__).parent / "cli" / "commands").glob("[!_]*.py")}
    assert set(command_names()) == files


def test_an_unknown_command_is_answered_with_the_nearest(command: Command) -> None:
    command("trian").must_refuse("trian", "Did you mean train?")


def test_a_group_without_a_command_names_its_commands(command: Command) -> None:
    command("runs").must_refuse("delete, list")


def test_an_unknown_command_of_a_group_is_answered_with_the_nearest(command: Command) -> None:
    command("runs", "lst").must_refuse("lst", "Did you mean list?")


def test_an_unknown_option_is_answered_with_the_nearest(command: Command) -> None:
    command("train", "digits-cnn", "--precison", "fp32").must_refuse("--precison", "Did you mean --precision?")


def test_a_missing_argument_is_named(command: Command) -> None:
    command("train").must_refuse("WHAT is missing")


def test_an_option_without_its_value_is_named(command: Command) -> None:
    command("train", "digits-cnn", "--data").must_refuse("--data")


def test_a_word_too_many_is_named(command: Command) -> None:
    command("train", "digits-cnn", "fashion-cnn").must_refuse("fashion-cnn")


def test_a_value_of_the_wrong_kind_is_named(command: Command) -> None:
    command("train", "digits-cnn", "--seed", "seven").must_refuse("--seed: 'seven'", "whole number")


@pytest.mark.parametrize("words", [("--lang", "fr", "recipes"), ("report", "somewhere", "--lang", "fr")])
def test_an_unknown_language_is_refused_with_those_there_are(command: Command, words: tuple[str, ...]) -> None:
    command(*words).must_refuse("'fr'", "en, es")


def test_help_is_spanish_when_asked_for(command: Command) -> None:
    assert "Entrena" in command("--lang", "es", "--help").out
    assert "Entrena" in command("--lang=es", "--help").out
    assert "Entrena" not in command("--help").out


def test_refusals_are_spanish_when_asked_for(command: Command) -> None:
    answer = command("--lang", "es", "trian")
    assert answer.code == 2
    assert "there is no" not in answer.err


def test_an_option_that_is_a_field_of_recipes_is_answered_with_set(command: Command) -> None:
    command("train", "digits-cnn", "--epochs", "3").must_refuse("--epochs", "--set train.epochs=3")
    command("train", "digits-cnn", "--lr=0.1").must_refuse("--lr", "--set train.optimiser.learning_rate=0.1")
    command("findings", "somewhere", "--epochs", "3").must_refuse("--epochs", "no such option")


@pytest.mark.parametrize("name", command_names())
def test_help_has_spanish_headings_and_notes(command: Command, name: str) -> None:
    told = command("--lang", "es", name, "--help").out
    assert told.startswith(f"Uso: trasluz {name}")
    for english in ("Usage", "Options", "Arguments", "Commands", "[default", "[required", "Show this message"):
        assert english not in told
    assert "Opciones:" in told


@pytest.mark.parametrize(
    "words",
    [
        ("train", "digits-cnn", "--seed", "seven"),
        ("train", "digits-cnn", "fashion-cnn"),
        ("train",),
        ("train", "digits-cnn", "--data"),
        ("train", "digits-cnn", "--precison", "fp32"),
        ("train", "digits-cnn", "--epochs", "3"),
        ("study", "pooling", "--seeds", "0"),
        ("report", "digits-cnn"),
        ("train", "cats-dog"),
    ],
)
def test_each_wrong_word_is_answered_in_spanish(command: Command, words: tuple[str, ...]) -> None:
    english, spanish = command(*words), command("--lang", "es", *words)
    assert english.code == spanish.code == 2
    assert "Input should" not in english.err + spanish.err
    for sentence in (" is ", " has ", " there ", " the ", "Got "):
        assert sentence not in spanish.err
