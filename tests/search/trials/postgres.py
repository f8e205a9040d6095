"""A PostgreSQL server of the test's own: Debian's binaries, a folder for its data, a socket; no port unless asked."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

USER = "nobody"  # PostgreSQL refuses to run as root


def binaries() -> Path | None:
    """Where the server's programs are."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    return found[-1].parent if found else None


class Server:
    """One that can be stopped and started again; ``port``: where any host may ask it, too."""

    def __init__(self, folder: Path, programs: Path, port: int | None = None) -> None:
        self.folder, self._programs, self.port = folder, programs, port

    @property
    def url(self) -> str:
        port = "" if self.port is None else f"&port={self.port}"
        return f"postgresql://{USER}@/postgres?host={self.folder}{port}"

    def make(self) -> None:
        self._call("initdb", "-D", str(self.folder / "data"), "-U", USER, "-A", "trust", "-N")
        if self.port is not None:
            with (self.folder / "data" / "pg_hba.conf").open("a", encoding="ascii") as file:
                file.write("host all all 0.0.0.0/0 trust\n")

    def start(self) -> None:
        listen = "" if self.port is None else "*"
        options = f"-c listen_addresses='{listen}' -p {self.port or 5432} -c unix_socket_directories={self.folder}"
        options += " -c fsync=off -c max_connections=50"
        log = str(self.folder / "log")
        self._call("pg_ctl", "-D", str(self.folder / "data"), "-w", "-t", "60", "-l", log, "-o", options, "start")

    def stop(self) -> None:
        self._call("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "-w", "stop")

    def _call(self, program: str, *words: str) -> None:
        as_somebody = ["runuser", "-u", USER, "--"] if os.getuid() == 0 else []
        command = [*as_somebody, str(self._programs / program), *words]
        done = subprocess.run(command, cwd="/", capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def server(port: int | None = None) -> Iterator[Server]:
    """A server while the block runs; skips the test, with the reason, where PostgreSQL is not installed."""
    programs = binaries()
    if programs is None:
        if os.environ.get("TRASLUZ_REQUIRE_DATA"):
            pytest.fail("PostgreSQL is not installed: apt-get install postgresql")
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="pg-"))  # a socket's path must be short
    try:
        if os.getuid() == 0:
            shutil.chown(folder, USER)
        found = Server(folder, programs, port)
        found.make()
        found.start()
        try:
            yield found
        finally:
            found.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
