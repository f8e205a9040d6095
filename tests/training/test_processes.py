"""Two processes that share each batch end with the weights of one process at the same global batch."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import torch

from tests.training.harness import Session, digits, two_process_recipe
from trasluz.runs.checkpoint import numbered, read_checkpoint

ROOT = Path(__file__).parents[2]


def test_two_processes_end_with_the_weights_of_one(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", "-m"]
    command += ["tests.training.two_processes", str(tmp_path / "two"), "2"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    alone = Session(two_process_recipe(1), tmp_path / "one", data=digits(200)).run()
    assert alone.global_step == 50
    shared = read_checkpoint(numbered(tmp_path / "two" / "checkpoints")[-1])["engine"]["networks"]
    for name, value in alone.networks.state_dict().items():
        torch.testing.assert_close(shared[name], value, rtol=0, atol=1e-5)
    one, two = alone.store.metrics()[-1], Session(two_process_recipe(1), tmp_path / "two").folder.metrics()[-1]
    for name in ("train/loss", "valid/loss", "valid/accuracy"):
        assert abs(one[name] - two[name]) < 1e-5
