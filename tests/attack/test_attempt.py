"""The watch over attacked commands sees what it is there for: hangs, growth, tracebacks, signals."""

from __future__ import annotations

import sys
from pathlib import Path

from attack.attempt import Ended, watched


def _python(code: str, folder: Path, seconds: float = 30.0) -> Ended:
    return watched([sys.executable, "-c", code], folder, None, seconds)


def test_a_command_that_ends_well_has_no_fault(tmp_path: Path) -> None:
    ended = _python("print('done', flush=True); import time; block = bytearray(200 << 20); time.sleep(0.5)", tmp_path)
    assert (ended.code, ended.text, ended.fault) == (0, "done\n", "")
    assert 200 << 20 <= ended.memory < 400 << 20


def test_hangs_growth_tracebacks_and_signals_are_faults(tmp_path: Path) -> None:
    assert "hung" in _python("import time; time.sleep(60)", tmp_path, seconds=1).fault
    assert "grew" in _python("block = bytearray(3 << 30); import time; time.sleep(60)", tmp_path).fault
    assert "Traceback" in _python("raise ValueError", tmp_path).fault
    assert "signal 11" in _python("import os; os.kill(os.getpid(), 11)", tmp_path).fault


def test_children_are_counted_and_stopped(tmp_path: Path) -> None:
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(60)'])"
    assert "hung" in _python(code, tmp_path, seconds=1).fault
