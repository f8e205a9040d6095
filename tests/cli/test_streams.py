"""A reader that goes away, a stream that is closed, Ctrl-C at once and SIGTERM: the program ends in order."""

from __future__ import annotations

import io
import json
import os
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
INTERRUPTED = """
import runpy, signal, sys

left = [int(sys.argv.pop(1))]

def hear(name, arguments):
    if name == "import" and "trasluz.cli" in sys.modules:
        left[0] -= 1
        if left[0] == 0:
            signal.raise_signal(signal.SIGINT)

signal.signal(signal.SIGINT, signal.default_int_handler)  # which whoever starts in the background has not
sys.addaudithook(hear)
runpy.run_module("trasluz.cli", run_name="__main__", alter_sys=True)
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pipes, devices and signals as POSIX has them")


def test_a_training_outlives_its_reader(tmp_path: Path) -> None:
    words = [*PROGRAM, "train", "digits-cnn", *QUICK, "--no-report"]
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


@pytest.mark.parametrize("imports", [1, 2, 20, 100, 180])
def test_ctrl_c_while_the_program_is_read_is_no_traceback(tmp_path: Path, imports: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, str(imports), "recipes"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr in ("", "Interrupted.\n")


def test_sigterm_ends_a_report_in_order(classifier: Path, tmp_path: Path) -> None:
    run = shutil.copytree(classifier, tmp_path / "run")
    shutil.rmtree(run / "looks")
    words = [*PROGRAM, "report", str(run)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        while not (run / "looks").exists() and process.poll() is None:
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        _out, said = process.communicate(timeout=600)
    assert (process.returncode, said.splitlines()[-1]) == (130, "Interrupted.")
    assert "Traceback" not in said
    assert [path for path in run.rglob(".*") if path.name.startswith(".")] == []
