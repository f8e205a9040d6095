"""When one of the processes of a training is gone, the others say so in one sentence and do not wait for ever."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from trasluz.errors import WorkError
from trasluz.training.processes import one_sentence

PROGRAM = (sys.executable, "-m", "trasluz.cli")
WAITING = """
import subprocess, sys, time
from lightning_fabric.strategies.launchers import subprocess_script
from trasluz.training import processes
processes._GRACE, processes._LOOK = 1.0, 0.05
with processes.accompanied(True):
    child = subprocess.Popen([sys.executable, "-c", f"raise SystemExit({sys.argv[1]})"])
    subprocess_script._launch_process_observer([child])
    time.sleep(float(sys.argv[2]))
print("done")
"""


def _children(process: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


@pytest.mark.skipif(sys.platform != "linux", reason="finds the further process in /proc")
def test_a_killed_process_is_one_sentence_and_the_run_goes_on(tmp_path: Path) -> None:
    words = [
        *PROGRAM,
        "train",
        "digits-cnn",
        "--no-report",
        "--devices",
        "2",
        "--device",
        "cpu",
        "--set",
        "data.limit=60",
    ]
    words += ["--set", "train.epochs=100000", "--set", "train.batch=30"]
    with subprocess.Popen(words, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "Estimated" in line:
                break
        while not list((tmp_path / "runs").glob("*/checkpoints/0*")) and process.poll() is None:
            time.sleep(0.1)
        (child,) = _children(process.pid)
        os.kill(child, signal.SIGKILL)
        _out, said = process.communicate(timeout=600)
    (run,) = (tmp_path / "runs").iterdir()
    assert process.returncode == 1
    (sentence,) = [line for line in said.splitlines() if not line.startswith("Training digits-cnn")]
    assert "process of this training ended before its time" in sentence
    assert f"trasluz resume {Path('runs') / run.name}" in sentence
    # It can be gone on with: by as many processes as before, to another end.
    done = subprocess.run(
        [*PROGRAM, "resume", str(run), "--set", "train.epochs=1"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads((run / "run.json").read_text(encoding="utf-8"))["status"] == "finished"


@pytest.mark.parametrize(
    ("code", "seconds", "ends"), [(3, 60, "before its time"), (0, 2, "done"), (130, 2, "done"), (3, 0.2, "done")]
)
def test_who_waits_in_vain_is_ended_and_nobody_else(code: int, seconds: float, ends: str) -> None:
    """A process that failed, with the first one still waiting after the grace; one that was done or interrupted; one
    that failed while the first one ends by itself."""
    words = [sys.executable, "-c", WAITING, str(code), str(seconds)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=600)
    assert ends in done.stdout + done.stderr
    assert done.returncode == (0 if ends == "done" else 1)


def test_only_broken_connections_are_told_so() -> None:
    import torch.distributed as dist

    for error in (
        RuntimeError("[gloo/transport/tcp/pair.cc:538] Connection closed by peer"),
        dist.DistBackendError("x"),
    ):
        with pytest.raises(WorkError, match="Next: here"), one_sentence("here"):
            raise error
    with pytest.raises(RuntimeError, match="shapes"), one_sentence("here"):
        raise RuntimeError("shapes cannot be multiplied")
