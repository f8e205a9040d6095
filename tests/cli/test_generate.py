"""``trasluz generate``, and samples judged by ``trasluz evaluate --classifier``."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Command
from trasluz.cli.__main__ import run


def _tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("generator")
    network = "{name: dcgan, width: 8}"
    changes = (
        "data.source=digits",
        "data.size=16",
        "data.valid=0.2",
        "data.limit=100",
        f"model.generator={network}",
        f"model.discriminator={network}",
        "train.epochs=1",
    )
    assert run(["train", "gan", "--no-report", *(w for c in changes for w in ("--set", c)), "--runs", str(folder)]) == 0
    (path,) = folder.iterdir()
    return path


@pytest.fixture(scope="module")
def generator(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _tiny(tmp_path_factory)


def test_images_are_written_where_nothing_is(command: Command, generator: Path) -> None:
    answer = command("generate", generator, "--count", "3", "--out", "out", "--grid", "--seed", "2", "--json")
    assert answer.json["count"] == 3
    assert sorted(path.name for path in Path("out").iterdir()) == ["00001.png", "00002.png", "00003.png", "grid.png"]
    command("generate", generator, "--count", "3", "--out", "out").must_refuse("out", "not empty")
    assert command("generate", generator, "--count", "1", "--out", "other").out.strip() == "other"


def test_data_check_warns_of_generated_images(command: Command, generator: Path) -> None:
    command("generate", generator, "--count", "2", "--out", "made")
    assert "a network made them: 2" in command("data", "check", "made", "--set", "data.valid=null").out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("generate", "{run}", "--count", "0"), "at least 1"),
        (("generate", "{run}", "--labels", "3"), "without classes"),
        (("generate", "{run}", "--source", "nothing"), "prior, mixture"),
        (("evaluate", "{run}", "--samples", "9"), "--classifier"),
        (("evaluate", "{run}", "--classifier", "{run}"), "no features"),
    ],
)
def test_wrong_words_are_refused(command: Command, generator: Path, words: tuple[str, ...], said: str) -> None:
    command(*(word.format(run=generator) for word in words)).must_refuse(said)


def test_samples_are_judged_on_the_command_line(command: Command, generator: Path, classifier: Path) -> None:
    words = ("evaluate", generator, "--classifier", classifier, "--samples", "40", "--split", "valid")
    told = command(*words, "--json").json
    assert told["count"] == 40
    assert told["metrics"].keys() == told["real"].keys()
    assert "Fréchet distance (FID)" in command(*words).out
