"""A run that is killed and resumed ends exactly as the run that was left alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.training.harness import Killed, Session, assert_same, digits, outcome, recipe
from trasluz.errors import CheckpointError, DivergedError, Interrupted, StorageError
from trasluz.recipe import Recipe
from trasluz.reporting import Reporter
from trasluz.runs.checkpoint import numbered
from trasluz.training.callbacks.base import Callback
from trasluz.training.loop import Loop

TWO_PHASES = [
    {"name": "head", "train": {"epochs": 1}, "frozen": ["classifier.conv1.*"]},
    {"name": "all", "train": {"epochs": 2, "optimiser": {"name": "sgd", "learning_rate": 0.05, "momentum": 0.9}}},
]
STOPPING = {"early_stopping": {"patience": 2, "min_delta": 10.0}, "epochs": 6}
CASES = {
    "classifier": recipe("classifier"),
    "autoencoder": recipe("autoencoder", optimiser={"name": "nadam", "learning_rate": 3e-3}, clip=1.0),
    "two phases": recipe("classifier", phases=TWO_PHASES),
    "early stopping": recipe("classifier", **STOPPING),
    "rmsprop, accumulated": recipe("classifier", optimiser={"name": "rmsprop", "learning_rate": 1e-3}, accumulate=3),
}


class KillAt(Callback):
    """Ends the process, as far as the loop can tell, after given global steps."""

    def __init__(self, *steps: int) -> None:
        self.steps = set(steps)

    def on_step(self, loop: Loop, samples: int) -> None:
        if loop.global_step in self.steps:
            raise Killed


def reference(chosen: Recipe, folder: Path) -> dict[str, Any]:
    return outcome(Session(chosen, folder).run())


def kill_and_resume(chosen: Recipe, folder: Path, kills: list[int]) -> dict[str, Any]:
    for number, step in enumerate(kills):
        with pytest.raises(Killed):
            Session(chosen, folder, [KillAt(step)]).run(resumed=number > 0)
    return outcome(Session(chosen, folder).run(resumed=True))


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("kills", [[1], [7, 8], [5, 11]], ids=["first step", "twice in an epoch", "at an epoch's end"])
def test_a_killed_run_ends_as_the_uninterrupted_one(name: str, kills: list[int], tmp_path: Path) -> None:
    expected = reference(CASES[name], tmp_path / "whole")
    assert_same(expected, kill_and_resume(CASES[name], tmp_path / "killed", kills))


def test_rare_checkpoints_only_repeat_more_steps(tmp_path: Path) -> None:
    chosen = recipe("classifier", checkpoint_minutes=60)
    expected = reference(chosen, tmp_path / "whole")
    assert_same(expected, kill_and_resume(chosen, tmp_path / "killed", [2, 9, 13]))


def test_the_same_recipe_twice_gives_the_same_bits_and_another_seed_does_not(tmp_path: Path) -> None:
    first, second = (reference(CASES["classifier"], tmp_path / name) for name in "ab")
    assert_same(first, second)
    other = reference(CASES["classifier"].override({"seed": 6}), tmp_path / "c")
    assert other["records"] != first["records"]


def test_an_interrupted_run_checkpoints_at_once_and_goes_on(tmp_path: Path) -> None:
    chosen = recipe("classifier", checkpoint_minutes=60)
    expected = reference(chosen, tmp_path / "whole")
    session = Session(chosen, tmp_path / "stopped")

    class Ask(Callback):
        def on_step(self, loop: Loop, samples: int) -> None:
            session.request.asked = loop.global_step >= 7

    session.callbacks.append(Ask())
    with pytest.raises(Interrupted, match="trasluz resume"):
        session.run()
    assert [p.name for p in numbered(tmp_path / "stopped" / "checkpoints")][-1] == "000000007"
    assert_same(expected, outcome(Session(chosen, tmp_path / "stopped").run(resumed=True)))


class Heard(Reporter):
    def __init__(self) -> None:
        self.warnings: list[str] = []

    def warn(self, message: str) -> None:
        self.warnings.append(message)


@pytest.mark.parametrize("damage", ["cut", "flipped bit", "missing", "no manifest"])
def test_a_damaged_newest_checkpoint_is_said_aloud_and_the_one_before_is_used(damage: str, tmp_path: Path) -> None:
    chosen = CASES["classifier"]
    expected = reference(chosen, tmp_path / "whole")
    with pytest.raises(Killed):
        Session(chosen, tmp_path / "killed", [KillAt(8)]).run()
    newest = numbered(tmp_path / "killed" / "checkpoints")[-1]
    state = newest / "state.safetensors"
    if damage == "cut":
        os.truncate(state, state.stat().st_size // 2)
    elif damage == "flipped bit":
        content = bytearray(state.read_bytes())
        content[-5] ^= 1
        state.write_bytes(bytes(content))
    else:
        (state if damage == "missing" else newest / "manifest.json").unlink()
    session = Session(chosen, tmp_path / "killed")
    session.reporter = Heard()
    assert_same(expected, outcome(session.run(resumed=True)))
    assert len(session.reporter.warnings) == 1
    assert newest.name in session.reporter.warnings[0]


def test_when_every_checkpoint_is_damaged_the_run_is_not_started_over_silently(tmp_path: Path) -> None:
    chosen = CASES["classifier"]
    with pytest.raises(Killed):
        Session(chosen, tmp_path, [KillAt(8)]).run() if not tmp_path.rmdir() else None
    for folder in numbered(tmp_path / "checkpoints"):
        (folder / "manifest.json").write_text("{")
    with pytest.raises(CheckpointError, match="every checkpoint is damaged"):
        Session(chosen, tmp_path).run(resumed=True)


def test_a_full_disk_stops_with_one_sentence_and_the_run_goes_on_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = CASES["classifier"]
    expected = reference(chosen, tmp_path / "whole")
    import trasluz.runs.checkpoint as checkpoint

    calls, write = [0], checkpoint.save_state

    def full(folder: Path, tree: Any) -> None:
        calls[0] += 1
        if calls[0] == 9:
            (folder / "state.safetensors").write_bytes(b"half")
            raise OSError(28, "No space left on device")
        write(folder, tree)

    monkeypatch.setattr(checkpoint, "save_state", full)
    with pytest.raises(StorageError, match="disk is full"):
        Session(chosen, tmp_path / "full").run()
    assert not [p for p in (tmp_path / "full" / "checkpoints").iterdir() if p.name.startswith(".")]
    assert_same(expected, outcome(Session(chosen, tmp_path / "full").run(resumed=True)))


def test_a_term_that_is_not_finite_stops_the_run_and_is_named(tmp_path: Path) -> None:
    chosen = recipe("autoencoder", optimiser={"name": "sgd", "learning_rate": 1e38}, epochs=40)
    with pytest.raises(DivergedError, match="squared_error was no longer finite"):
        Session(chosen, tmp_path / "run").run()
    info = Session(chosen, tmp_path / "run").folder.info()
    assert info["failure"]["term"] == "squared_error"
    assert numbered(tmp_path / "run" / "checkpoints")


def test_a_recipe_that_is_known_to_be_fragile_says_so_when_it_diverges(tmp_path: Path) -> None:
    known = {"fragile": {"en": "Train the tuned one.", "es": "Entrena la afinada."}}
    chosen = recipe("autoencoder", optimiser={"name": "sgd", "learning_rate": 1e38}, epochs=40)
    with pytest.raises(DivergedError, match=r"\(Train the tuned one\.\)$"):
        Session(chosen.model_copy(update=known), tmp_path / "run").run()
    assert chosen.hash == chosen.model_copy(update=known).hash  # nothing that is trained differs


KILLED_WHILE_WRITING = """
import os, signal, sys
from pathlib import Path
from tests.training.harness import Session, recipe
import trasluz.files as files

calls, sync, fatal = [0], files.sync_folder, int(sys.argv[2])
def count(folder):
    calls[0] += 1
    if calls[0] == fatal:
        os.kill(os.getpid(), signal.SIGKILL)
    sync(folder)
files.sync_folder = count
def deadly(move):
    def moved(self, target):
        calls[0] += 1
        if calls[0] == fatal:
            os.kill(os.getpid(), signal.SIGKILL)
        return move(self, target)
    return moved
Path.replace, Path.rename = deadly(Path.replace), deadly(Path.rename)
Session(recipe("classifier"), Path(sys.argv[1])).run(resumed=Path(sys.argv[1]).exists())
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_kill_inside_a_checkpoint_write_loses_nothing(tmp_path: Path) -> None:
    expected = reference(CASES["classifier"], tmp_path / "whole")
    for fatal in (9, 16):  # the second kill hits the resumed process
        command = [sys.executable, "-W", "ignore", "-c", KILLED_WHILE_WRITING, str(tmp_path / "killed"), str(fatal)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[2], check=False)
        assert done.returncode == -signal.SIGKILL, done.stderr
    assert_same(expected, outcome(Session(CASES["classifier"], tmp_path / "killed").run(resumed=True)))


def test_a_finished_run_can_be_trained_on(tmp_path: Path) -> None:
    Session(recipe("classifier", epochs=2), tmp_path / "run").run()
    longer = Session(recipe("classifier", epochs=4), tmp_path / "run").run(resumed=True)
    assert [record["epoch"] for record in longer.store.metrics()] == [1, 2, 3, 4]
    ours, whole = outcome(longer), reference(recipe("classifier", epochs=4), tmp_path / "whole")
    # The record where it had ended is of the model that was kept then, whose running statistics were computed anew.
    assert ours["records"].pop(1)["statistics"] == "recomputed"
    assert "statistics" not in whole["records"].pop(1)
    assert_same(ours, whole)


def test_frozen_parameters_do_not_move_and_the_next_phase_frees_them(tmp_path: Path) -> None:
    session = Session(CASES["two phases"], tmp_path / "run")
    seen: dict[str, Any] = {}

    class Watch(Callback):
        def on_phase_start(self, loop: Loop) -> None:
            seen[f"start {loop.phase.name}"] = loop.networks.classifier.conv1.weight.detach().clone()

    session.callbacks.append(Watch())
    last = session.run()
    assert seen["start head"].equal(seen["start all"])
    assert not seen["start all"].equal(last.networks.classifier.conv1.weight)


def test_data_with_odd_batch_ends_count_every_sample_once(tmp_path: Path) -> None:
    loop = Session(recipe("classifier", batch=37), tmp_path / "run", data=digits(100)).run()
    order = loop.batches.order(0)
    assert sorted(order.tolist()) == list(range(75))
    assert loop.batches.steps == 3
