"""``--weights best``: every command that opens a run takes it, says so, and refuses it in one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import QUICK, Command
from trasluz.cli.__main__ import run


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    first = ("--set", "train.epochs=2", "--set", "train.early_stopping={min_delta: 1000000.0, patience: 9}")
    assert run(["train", "digits-cnn", *QUICK, "--no-report", *first, "--runs", str(folder)]) == 0
    (path,) = folder.iterdir()
    return path


def test_scores_of_the_best_epoch_are_named_and_kept_apart(command: Command, trained: Path) -> None:
    final, best = (command("evaluate", trained, "--weights", name, "--json") for name in ("final", "best"))
    assert (final.json["weights"], best.json["weights"]) == ("final", "best")
    assert final.json["metrics"] != best.json["metrics"]
    assert "With the weights of epoch 1 of the phase train" in best.err
    assert "With the weights" not in final.err
    assert command("evaluate", trained, "--json").json["metrics"] == final.json["metrics"]


def test_looks_and_reports_of_the_best_epoch_lie_in_a_folder_of_their_own(command: Command, trained: Path) -> None:
    page = command("look", trained, "kernels", "--weights", "best", "--lang", "es", "--json").json["page"]
    assert Path(page) == trained / "best" / "looks" / "kernels.html"
    told = command("findings", trained, "--weights", "best", "--json")
    assert told.json["weights"] == "best"
    assert "With the weights of epoch 1" in told.err


def test_weights_of_another_name_or_of_a_run_without_best_ones_are_refused(command: Command, trained: Path) -> None:
    command("evaluate", trained, "--weights", "last").must_refuse("'last'", "final, best")
    kept = trained / "checkpoints" / "best"
    kept.rename(trained / "hidden")
    try:
        for words in (["evaluate"], ["look"], ["report"], ["findings"]):
            command(*words, trained, "--weights", "best").must_refuse("no weights of a best epoch were kept")
    finally:
        (trained / "hidden").rename(kept)


@pytest.mark.parametrize(
    ("recipe", "weights", "words"),
    [
        ("digits-cnn", "timm:resnet18", "use photos-transfer"),
        ("photos-transfer", "absent.pth", "there is no file"),
        ("photos-transfer", "timm:resnet_18", "Did you mean resnet18"),
    ],
)
def test_training_refuses_weights_before_anything_starts(
    recipe: str, weights: str, words: str, command: Command, tmp_path: Path
) -> None:
    command("train", recipe, "--weights", weights).must_refuse(words)
    assert not (tmp_path / "runs").exists()
