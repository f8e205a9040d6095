"""Hosts made of namespaces of the kernel: a network, a name, process numbers and files of their own (root, Linux).

Each is a process that sleeps in them; programs are started beside it.  What it is given to hide lies under an empty
folder, so that hosts share no files that they could learn from each other.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

_SECONDS = 10.0  # for a host to be there


class NoHostsError(Exception):
    """This system makes no namespaces, and why."""


class Host:
    """One of them. ``outside``: the address at which it reaches the system that it runs on."""

    def __init__(self, name: str, number: int, hidden: Sequence[Path]) -> None:
        self.name, self.outside = name, f"10.77.{number}.1"
        self._link = f"tz{number}v"
        self._run("ip", "netns", "add", name)
        self._run("ip", "link", "add", self._link, "type", "veth", "peer", "name", "eth0", "netns", name)
        self._run("ip", "addr", "add", f"{self.outside}/24", "dev", self._link)
        self._run("ip", "link", "set", self._link, "up")
        for words in (f"addr add 10.77.{number}.2/24 dev eth0", "link set eth0 up", "link set lo up"):
            self._run("ip", "-n", name, *words.split())
        hide = "".join(f"mount -t tmpfs none {path}; " for path in hidden)
        script = f"set -e; hostname {name}; {hide}exec sleep infinity"
        apart = ("unshare", "--uts", "--pid", "--fork", "--mount", "--mount-proc", "sh", "-c", script)
        self._sleeper = subprocess.Popen(["ip", "netns", "exec", name, *apart])
        self._first = self._wait_for_first()

    def start(self, command: Sequence[str], log: Path, environment: Mapping[str, str]) -> Program:
        """A program on this host; what it says goes to ``log``."""
        inside = ("nsenter", "-t", str(self._first), "--net", "--uts", "--pid", "--mount", f"--wd={Path.cwd()}")
        return Program([*inside, *command], log, environment, below=True)

    def end(self) -> None:
        """Ends it with all that runs on it."""
        os.kill(self._first, signal.SIGKILL)  # the first of its processes: the kernel ends the others
        self._sleeper.wait()
        self._run("ip", "netns", "del", self.name)  # its link goes with it

    def _wait_for_first(self) -> int:
        until = time.monotonic() + _SECONDS
        while time.monotonic() < until and self._sleeper.poll() is None:
            below = _below(self._sleeper.pid)
            if below and Path(f"/proc/{below[0]}/comm").read_text(encoding="ascii").strip() == "sleep":
                return below[0]
            time.sleep(0.05)
        raise NoHostsError(f"{self.name}: no namespaces of its own")

    def _run(self, *command: str) -> None:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise NoHostsError(f"{' '.join(command)}: {done.stderr.strip()}")


class Program:
    """A program that can be killed; ``below``: it is started by another one, which ends with it."""

    def __init__(self, command: Sequence[str], log: Path, environment: Mapping[str, str], below: bool = False) -> None:
        self._below = below
        with log.open("ab") as file:
            self._process = subprocess.Popen(command, stdout=file, stderr=file, env=dict(environment))

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    @property
    def code(self) -> int | None:
        """How it ended; ``None`` while it runs."""
        return self._process.poll()

    def kill(self) -> None:
        """Ends it at once (SIGKILL), and nothing else."""
        if self.running:
            for number in _below(self._process.pid) if self._below else [self._process.pid]:
                os.kill(number, signal.SIGKILL)
        self._process.wait()


@contextmanager
def hosts(names: Sequence[str], hidden: Mapping[str, Sequence[Path]]) -> Iterator[list[Host]]:
    """Hosts while the block runs. ``hidden``: by name, folders that the host does not see.

    Raises:
        NoHostsError: namespaces cannot be made here.
    """
    made: list[Host] = []
    try:
        for number, name in enumerate(names, 1):
            made.append(Host(name, number, hidden[name]))
        yield made
    finally:
        for host in made:
            host.end()


def _below(number: int) -> list[int]:
    try:
        return [
            int(word) for word in Path(f"/proc/{number}/task/{number}/children").read_text(encoding="ascii").split()
        ]
    except OSError:
        return []
