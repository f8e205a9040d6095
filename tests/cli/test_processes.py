"""What only a real process shows: its streams, its exit code, and Ctrl-C in the middle of training."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import QUICK

PROGRAM = (sys.executable, "-m", "trasluz.cli")


def test_json_is_the_last_line_and_a_refusal_is_two(tmp_path: Path) -> None:
    done = subprocess.run(
        [*PROGRAM, "train", "digits-cnn", *QUICK, "--no-report", "--json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["status"] == "finished"
    refused = subprocess.run(
        [*PROGRAM, "train", "digits-cn"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (refused.returncode, refused.stdout) == (2, "")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT to send to one process")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_training_ends_with_130_and_says_how_to_go_on(tmp_path: Path, number: signal.Signals) -> None:
    words = [*PROGRAM, "train", "digits-cnn", "--no-report", "--set", "train.epochs=100000"]
    with subprocess.Popen(words, cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        # The estimate is said once the handler listens, just before the first epoch.
        for line in process.stderr:
            if "Estimated" in line:
                break
        process.send_signal(number)
        _out, rest = process.communicate(timeout=120)
    (run,) = (tmp_path / "runs").iterdir()
    assert process.returncode == 130, rest
    assert "Traceback" not in rest
    assert f"trasluz resume {Path('runs') / run.name}" in rest
    assert json.loads((run / "run.json").read_text(encoding="utf-8"))["status"] == "interrupted"
