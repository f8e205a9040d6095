"""Progress and sentences in a notebook: lines of the cell's output; one line in place for what takes time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from trasluz.draw.names import integer
from trasluz.evaluation.shown import display
from trasluz.messages import _, shown
from trasluz.numerals import duration
from trasluz.reporting import Reporter, Task

_SILENT = 2.0  # seconds that a task may take before anything is said of it
_BETWEEN = 0.5  # seconds between two changes of its line


class NotebookReporter(Reporter):
    """Prints sentences; shows tasks that take more than two seconds."""

    def say(self, message: str) -> None:
        """One sentence, on a line of its own."""
        print(shown(message), flush=True)

    def warn(self, message: str) -> None:
        """One sentence to look into, marked as such."""
        print(shown(_("Note: {message}").format(message=message)), flush=True)

    @contextmanager
    def task(self, title: str, total: int | None = None, counted: str = "") -> Iterator[Task]:
        """A line that is replaced while the block runs, and says in the end how long it took."""
        line = Line(title, total, counted)
        yield line
        line.finish()


class Line(Task):
    """A task as one line in place."""

    def __init__(self, title: str, total: int | None, counted: str) -> None:
        self._title, self._total, self._counted = title, total, counted
        self._done, self._before, self._note = 0, 0, ""
        self._start = self._last = time.monotonic()
        self._handle: Any = None

    def advance(self, amount: int = 1, note: str = "") -> None:
        """``amount`` more are done; ``note`` replaces the text at the end of the line."""
        self._done += amount
        self._note = note or self._note
        now = time.monotonic()
        if now - self._start >= _SILENT and now - self._last >= _BETWEEN:
            self._last = now
            self._show(self._under_way(now - self._start))

    def resume(self, amount: int, note: str = "") -> None:
        """``amount`` were done before, which is no speed."""
        self._before += amount
        self.advance(amount, note)

    def finish(self) -> None:
        """Says how it ended, if it was said that it began."""
        if self._handle is not None:
            took = duration(time.monotonic() - self._start)
            self._show(" · ".join(part for part in (self._title, took, self._note) if part))

    def _under_way(self, seconds: float) -> str:
        parts = [self._title]
        if self._total:
            parts.append(f"{integer(self._done)}/{integer(self._total)} {self._counted}".strip())
            now = self._done - self._before
            if self._counted and now > 0 and self._done < self._total:
                left = seconds / now * (self._total - self._done)
                parts.append(_("{time} left").format(time=duration(left)))
        return " · ".join(part for part in (*parts, self._note) if part)

    def _show(self, text: str) -> None:
        bundle = {"text/plain": shown(text)}
        if self._handle is None:
            self._handle = display(bundle, replaceable=True)
        else:
            self._handle.update(bundle, raw=True)
