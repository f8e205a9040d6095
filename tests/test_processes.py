"""Processes: who runs, who is gone, and whose number was given to another program."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys

import pytest

from trasluz.processes import this_process

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux says when a process started")


@linux
def test_this_process_runs_and_one_that_ended_does_not() -> None:
    me = this_process()
    assert me.number == os.getpid()
    assert me.runs() is True
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert dataclasses.replace(me, number=ended.pid).runs() is False


@linux
def test_a_killed_process_that_nobody_asked_about_yet_is_gone() -> None:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # it is a zombie now, whose number still answers
    assert dataclasses.replace(this_process(), number=child.pid).runs() is False
    child.wait()


@linux
def test_a_number_that_was_given_again_is_not_the_process_that_had_it() -> None:
    assert dataclasses.replace(this_process(), started="1").runs() is False


def test_what_another_system_runs_cannot_be_told() -> None:
    assert dataclasses.replace(this_process(), system="elsewhere").runs() is None
    assert dataclasses.replace(this_process(), system="elsewhere", number=2**40).runs() is None


@linux
def test_a_number_beyond_all_processes_is_gone() -> None:
    assert dataclasses.replace(this_process(), number=2**40).runs() is False
