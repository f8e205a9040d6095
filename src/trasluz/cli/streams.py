"""Standard streams that outlive their readers: ``trasluz train … | head`` trains on after ``head`` has ended.

A reader that went away is no fault of the work, so writing to it is quietly given up.  A stream that was closed from
the start counts as such a reader.  Another failure (a full disk behind ``>``) is told where results are lost, and not
where nobody could be told, on standard error.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO


class Patient:
    """A text stream that gives up at a failure of the kind ``forgiven``; otherwise the ``stream`` itself."""

    def __init__(self, stream: TextIO, forgiven: type[OSError] = BrokenPipeError) -> None:
        self._stream, self._forgiven = stream, forgiven

    def write(self, text: str) -> int:
        """As the stream's own."""
        try:
            return self._stream.write(text)
        except self._forgiven:
            self._give_up()
            return len(text)

    def flush(self) -> None:
        """As the stream's own."""
        try:
            self._stream.flush()
        except self._forgiven:
            self._give_up()

    def _give_up(self) -> None:
        """Lets what is still buffered, and all that follows, go nowhere: Python flushes once more when it ends."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        with suppress(OSError, ValueError):
            os.dup2(nowhere, self._stream.fileno())
        os.close(nowhere)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def patient_streams() -> Iterator[None]:
    """Inside, ``sys.stdout`` and ``sys.stderr`` are patient; streams that are closed are open to nowhere."""
    before = sys.stdout, sys.stderr
    opened = [stream or open(os.devnull, "w", encoding="utf-8") for stream in before]  # noqa: PTH123, SIM115 - a device, until the process ends
    patient = Patient(opened[0]), Patient(opened[1], OSError)
    sys.stdout, sys.stderr = patient
    try:
        yield
    finally:
        for stream in patient:
            with suppress(OSError):
                stream.flush()
        sys.stdout, sys.stderr = before
