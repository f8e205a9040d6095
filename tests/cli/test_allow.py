"""``--allow``: every command that opens a run or a recipe takes it, and none imports what nobody allowed."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.conftest import QUICK, Command
from trasluz import allowed
from trasluz.cli.app import build
from trasluz.cli.console import Console
from trasluz.recipe import load

NET = """
from torch import nn
def build(input_shape, outputs, width=8):
    channels, height, side = input_shape
    return nn.Sequential(nn.Flatten(), nn.Linear(channels * height * side, width), nn.ReLU(), nn.Linear(width, outputs))
"""
ONLY_READ = {"recipes", "recipes show", "recipes schema", "runs list", "runs delete", "parts"}
ONLY_READ |= {"data cache list", "data cache clear"}


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Path]:
    """A recipe with a network of one's own, and the file with that network beside it."""
    (tmp_path / "allowed_net.py").write_text(NET)
    tree: dict[str, Any] = yaml.safe_load(load("digits-cnn").to_yaml())
    tree["model"]["network"] = {"module": "allowed_net:build", "arguments": {"width": 9}}
    (tmp_path / "own.yaml").write_text(yaml.safe_dump(tree))
    yield tmp_path / "own.yaml"
    sys.modules.pop("allowed_net", None)


def _commands(path: str, command: Any) -> Iterator[tuple[str, Any]]:
    children = getattr(command, "commands", {})
    if not children:
        yield path, command
    for name, child in children.items():
        yield from _commands(f"{path} {name}".strip(), child)


def test_every_command_that_opens_a_run_or_a_recipe_takes_the_option() -> None:
    without = {path for path, command in _commands("", build(Console())) if "--allow" not in _options(command)}
    assert without <= ONLY_READ


def _options(command: Any) -> set[str]:
    return {option for param in command.params for option in param.opts}


def test_a_recipe_that_names_code_is_refused_before_anything_is_made(own: Path, command: Command) -> None:
    command("train", own, *QUICK).must_refuse("model.network.module: allowed_net:build", "add --allow allowed_net")
    assert "allowed_net" not in sys.modules
    assert not Path("runs").exists()
    assert command("recipes", "show", own).code == 0


def test_a_study_with_a_variant_that_names_code_is_refused_before_the_others_are_trained(
    own: Path, command: Command
) -> None:
    variants = {"plain": {}, "own": {"model.network": {"module": "allowed_net:build"}}}
    study = {"name": "two", "base": "digits-cnn", "variants": variants}
    Path("two.yaml").write_text(yaml.safe_dump(study))
    command("study", "two.yaml").must_refuse("model.network.module: allowed_net:build", "--allow allowed_net")
    assert not Path("runs").exists()


def test_a_run_is_used_with_what_was_allowed_and_refused_without(
    own: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained = command("train", own, *QUICK, "--no-report", "--allow", "other", "--allow", "allowed_net")
    assert trained.code == 0, trained.err
    (run,) = Path("runs").iterdir()
    for words in (["evaluate", run], ["resume", run, "--set", "train.epochs=2"]):
        command(*words).must_refuse("module: allowed_net:build", "add --allow allowed_net")
        assert command(*words, "--allow", "allowed_net").code == 0
    assert allowed.named() == frozenset()
    monkeypatch.setenv("TRASLUZ_ALLOW", "allowed_net")
    assert command("evaluate", run).code == 0


def test_code_that_a_stored_model_names_is_not_imported_though_the_recipe_names_none(
    classifier: Path, own: Path, command: Command, tmp_path: Path
) -> None:
    run = tmp_path / "stranger"
    shutil.copytree(classifier, run)
    config = json.loads((run / "model" / "config.json").read_text())
    config["model"]["network"] = {"module": "torch.hub:load", "arguments": {"repo_or_dir": str(run), "source": "local"}}
    (run / "model" / "config.json").write_text(json.dumps(config))
    (run / "hubconf.py").write_text(f"open({str(tmp_path / 'executed')!r}, 'w')\n")
    command("evaluate", run).must_refuse("torch.hub:load is never called from a recipe")
    command("evaluate", run, "--allow", "torch").must_refuse("--allow torch: what Python and Trasluz are built on")
    assert not (tmp_path / "executed").exists()


def test_what_is_allowed_ends_with_the_command_even_if_its_words_are_wrong(classifier: Path, command: Command) -> None:
    assert command("evaluate", "--allow", "allowed_net", classifier, "--no-such-option").code == 2
    assert command("evaluate", "--allow", "allowed_net", "nowhere").code == 2
    assert command("evaluate", "--allow", "a.b", classifier).code == 2
    assert allowed.named() == frozenset()


def test_further_processes_allow_what_the_first_one_does(own: Path, tmp_path: Path) -> None:
    words = [
        sys.executable,
        "-P",
        "-m",
        "trasluz.cli",
        "train",
        own,
        *QUICK,
        "--no-report",
        "--device",
        "cpu",
        "--devices",
        "2",
    ]
    done = subprocess.run([*words, "--allow", "allowed_net"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
