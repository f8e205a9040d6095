"""A reader that goes away, a stream that is closed, Ctrl-C at once and SIGTERM: the program ends in order."""

from __future__ import annotations

import io
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.conftest import QUICK
from trasluz.cli.streams import Patient

PROGRAM = (sys.executable, "-m", "trasluz.cli")

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pipes, devices and signals as POSIX has them")


def test_a_training_outlives_its_reader(tmp_path: Path) -> None:
    words = [*PROGRAM, "train", "digits-cnn", *QUICK]
    with subprocess.Popen(words, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.wait(300) == 0
    (run,) = (tmp_path / "runs").iterdir()
    assert json.loads((run / "run.json").read_text(encoding="utf-8"))["status"] == "finished"


def test_a_long_result_that_nobody_reads_is_no_error(tmp_path: Path) -> None:
    words = f"{sys.executable} -m trasluz.cli recipes schema | head -c 10"
    command = ["bash", "-c", f"{words}; echo $? ${{PIPESTATUS[0]}}"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.stdout[-4:], done.stderr) == ("0 0\n", "")


def test_closed_streams_are_open_to_nowhere(tmp_path: Path) -> None:
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m trasluz.cli recipes >&- 2>&-"], cwd=tmp_path, check=False
    )
    assert done.returncode == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux alone has a disk that is always full")
def test_a_result_that_cannot_be_kept_is_told_and_a_sentence_is_not(tmp_path: Path) -> None:
    line = f"{sys.executable} -m trasluz.cli recipes"
    done = subprocess.run(
        ["bash", "-c", f"{line} > /dev/full"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert "standard output (No space left" in done.stderr
    command = ["bash", "-c", f"{line} show nothing 2> /dev/full"]
    assert subprocess.run(command, cwd=tmp_path, check=False).returncode == 2


def test_what_is_buffered_when_the_reader_goes_is_dropped() -> None:
    reading, writing = os.pipe()
    stream = io.TextIOWrapper(os.fdopen(writing, "wb"), encoding="utf-8")
    os.close(reading)
    patient = Patient(stream)
    patient.write("x")
    patient.flush()
    patient.write("y" * 100_000)
    patient.flush()
    assert patient.encoding == "utf-8"
    stream.close()


def test_ctrl_c_at_any_moment_of_the_start_is_no_traceback(tmp_path: Path) -> None:
    """Before Python runs anything of ours it ends by the signal itself or says a ``KeyboardInterrupt`` of its own."""
    draw = random.Random(0)
    for _time in range(6):
        with subprocess.Popen(
            [*PROGRAM, "recipes"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process:
            time.sleep(draw.uniform(0, 0.6))
            process.send_signal(signal.SIGINT)
            said, _nothing = process.communicate(timeout=120)
        assert process.returncode in (0, 130, -signal.SIGINT), said
        assert "trasluz" not in said.partition("Traceback")[2], said


def test_sigterm_ends_a_report_in_order(classifier: Path, tmp_path: Path) -> None:
    run = shutil.copytree(classifier, tmp_path / "run")
    shutil.rmtree(run / "looks")
    words = [*PROGRAM, "report", str(run)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        while not (run / "looks").exists() and process.poll() is None:
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        _out, said = process.communicate(timeout=120)
    assert (process.returncode, said.splitlines()[-1]) == (130, "Interrupted.")
    assert "Traceback" not in said
    assert [path for path in run.rglob(".*") if path.name.startswith(".")] == []
