"""Ctrl-C and SIGTERM ask the loop to finish its step; a second Ctrl-C stops at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class StopRequest:
    """Whether somebody asked to stop."""

    def __init__(self) -> None:
        self.asked = False

    def ask(self, number: int, frame: FrameType | None) -> None:
        """The signal handler: remembers the first request, obeys the second at once."""
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True


@contextmanager
def stop_request() -> Iterator[StopRequest]:
    """Listens for SIGINT and SIGTERM inside the block (only the main thread can).

    What was asked of a block inside another is asked of the outer one, too, and of those that come after it there: not
    every inner one looks.
    """
    request = StopRequest()
    if threading.current_thread() is not threading.main_thread():
        yield request
        return
    before = {number: signal.signal(number, request.ask) for number in (signal.SIGINT, signal.SIGTERM)}
    around = [
        outer for handler in before.values() if isinstance(outer := getattr(handler, "__self__", None), StopRequest)
    ]
    request.asked = any(outer.asked for outer in around)
    try:
        yield request
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for outer in around:
            outer.asked = outer.asked or request.asked
