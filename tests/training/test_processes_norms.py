"""Two processes with batch norms hold one model: its running statistics, and what it is worth."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from tests.training.harness import Session, digits
from tests.training.two_processes_norms import CASES, norms_recipe
from trasluz.runs.checkpoint import numbered, read_checkpoint
from trasluz.training.compared import measure
from trasluz.training.loop import Loop

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("two")
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", "-m"]
    command += ["tests.training.two_processes_norms", str(where)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return where


def _alone(where: Path, case: str) -> Loop:
    """One process, in the midst of a training of its own, with the weights that the two had stored."""
    loop = Session(norms_recipe(case, 1), where / f"{case} alone", data=digits(200)).run()
    stored = read_checkpoint(numbered(where / case / "checkpoints")[-1])["engine"]
    loop.engine.evaluated.load_state_dict(stored["averaged"] or stored["networks"])
    return loop


@pytest.mark.parametrize("case", CASES)
def test_both_ranks_end_with_the_same_weights_and_running_statistics(case: str, trained: Path) -> None:
    first, second = (torch.load(trained / f"{case} {rank}.pt", weights_only=True) for rank in (0, 1))
    assert [name for name in first if "running_" in name], "there are batch norms"
    for name, value in first.items():
        torch.testing.assert_close(second[name], value, rtol=0, atol=1e-6, msg=name)


@pytest.mark.parametrize("case", CASES)
def test_the_stored_model_is_worth_in_one_process_what_two_measured(case: str, trained: Path) -> None:
    loop = _alone(trained, case)
    told = Session(norms_recipe(case, 1), trained / case).folder.metrics()[-1]
    found = measure(loop.family, loop.engine.evaluated, loop.phase_data, loop.compared, loop.engine)
    assert {"valid/loss", "valid/accuracy", "train_eval/loss"} <= set(found)
    for name, value in found.items():
        assert told[name] == pytest.approx(value, abs=1e-5), name


def test_statistics_computed_anew_by_two_are_those_of_one_over_the_same_images(trained: Path) -> None:
    """In the first norm nothing depends on how images are batched; in the second, batches are normalised by
    themselves, and are half as large with two processes."""
    loop = _alone(trained, "recomputed")
    two = {n: b.clone() for n, b in loop.engine.evaluated.state_dict().items() if "running_" in n}
    loop.engine.set_weights(loop.engine.evaluated.state_dict())
    assert loop._settle_statistics()["statistics"] == "recomputed"
    one = {n: b for n, b in loop.engine.evaluated.state_dict().items() if "running_" in n}
    names = sorted(two)
    for name in names:
        tolerance = 1e-5 if name.startswith(names[0].rsplit(".", 1)[0]) else 0.1
        torch.testing.assert_close(two[name], one[name], rtol=tolerance, atol=tolerance, msg=name)
