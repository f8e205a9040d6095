"""Two processes with batch norms hold one model: its running statistics, and what it is worth."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from tests.training.harness import Session, digits
from tests.training.two_processes_norms import CASES, norms_recipe
from trasluz.runs.checkpoint import numbered, read_checkpoint
from trasluz.training.compared import measure

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Two:
    """What two processes left: the weights of each, the last record, and what the first stored."""

    case: str
    ranks: tuple[dict[str, Tensor], ...]
    record: dict[str, Any]
    stored: dict[str, Tensor]
    where: Path


@pytest.fixture(scope="module", params=CASES)
def two(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Two:
    where = tmp_path_factory.mktemp("two")
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", "-m"]
    command += ["tests.training.two_processes_norms", str(where), request.param]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    ranks = tuple(torch.load(where / f"rank{rank}.pt", weights_only=True) for rank in (0, 1))
    engine = read_checkpoint(numbered(where / "run" / "checkpoints")[-1])["engine"]
    record = Session(norms_recipe(request.param, 1), where / "run").folder.metrics()[-1]
    return Two(request.param, ranks, record, engine["averaged"] or engine["networks"], where)


def test_both_ranks_end_with_the_same_weights_and_running_statistics(two: Two) -> None:
    first, second = two.ranks
    assert len([name for name in first if "running_" in name]) == 4
    for name, value in first.items():
        torch.testing.assert_close(second[name], value, rtol=0, atol=1e-6, msg=name)


def test_the_stored_model_is_worth_in_one_process_what_two_measured(two: Two) -> None:
    loop = Session(norms_recipe(two.case, 1), two.where / "alone", data=digits(200)).run()
    loop.engine.evaluated.load_state_dict(two.stored)
    found = measure(loop.family, loop.engine.evaluated, loop.phase_data, loop.compared, loop.engine)
    assert {"valid/loss", "valid/accuracy", "train_eval/loss"} <= set(found)
    for name, value in found.items():
        assert two.record[name] == pytest.approx(value, abs=1e-5), name
    if two.case == "recomputed":  # by one process from the same images
        assert loop._settle_statistics()["statistics"] == two.record["statistics"] == "recomputed"
        one = {name: value for name, value in loop.engine.evaluated.state_dict().items() if "running_" in name}
        for name, value in one.items():
            # Before the first norm nothing depends on how images are batched; before the second, batches that were
            # half as large were normalised by themselves.
            tolerance = 1e-5 if name.startswith(min(one).rsplit(".", 1)[0]) else 0.1
            torch.testing.assert_close(two.stored[name], value, rtol=tolerance, atol=tolerance, msg=name)
