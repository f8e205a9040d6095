"""Progress on a terminal (bars with speed and time left) and elsewhere (a plain line now and then).

Leans on rich, which is imported only once there is something to draw.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Task as Row
from rich.text import Text

from trasluz.messages import _, shown
from trasluz.numerals import integer, numeral
from trasluz.reporting import Task

SECONDS_BETWEEN_LINES = 10.0


def write(stream: TextIO, message: str, style: str) -> None:
    """One line in ``style``, never wrapped and never read as markup."""
    Console(file=stream).print(Text(message, style=style), soft_wrap=True)


class Bars:
    """All tasks that are under way on one stream; outer ones above inner ones."""

    def __init__(self, stream: TextIO) -> None:
        self._console = Console(file=stream)
        self._progress: Progress | None = None

    def write(self, message: str, style: str) -> None:
        """One line above the bars."""
        self._console.print(Text(message, style=style), soft_wrap=True)

    @contextmanager
    def task(self, title: str, total: int | None, counted: str) -> Iterator[Task]:
        """A task that is drawn while the block runs."""
        if not self._console.is_terminal:
            line = Lines(self, title, total, counted)
            yield line
            line.finish()
        elif self._progress is None:
            with _progress(self._console) as self._progress:
                try:
                    yield Bar(self._progress, title, total, counted)
                finally:
                    self._progress = None
        else:
            bar = Bar(self._progress, title, total, counted)
            try:
                yield bar
            finally:
                bar.remove()


class Bar(Task):
    """A task as a bar."""

    def __init__(self, progress: Progress, title: str, total: int | None, counted: str) -> None:
        self._progress = progress
        self._id: TaskID = progress.add_task(title, total=total, counted=counted, note="")

    def advance(self, amount: int = 1, note: str = "") -> None:
        """``amount`` more are done; ``note`` replaces the text beside the bar."""
        self._progress.advance(self._id, amount)
        if note:
            self._progress.update(self._id, note=shown(note))

    def resume(self, amount: int, note: str = "") -> None:
        """``amount`` were done before, which is no speed."""
        self._progress.reset(self._id, completed=amount)
        if note:
            self._progress.update(self._id, note=shown(note))

    def remove(self) -> None:
        """Takes the bar away."""
        self._progress.remove_task(self._id)


class Lines(Task):
    """A task as lines of text, for logs; a short one says nothing."""

    def __init__(self, bars: Bars, title: str, total: int | None, counted: str) -> None:
        self._bars, self._title, self._total, self._counted = bars, title, total, counted
        self._done, self._before, self._note = 0, 0, ""
        self._start = self._last = time.monotonic()

    def advance(self, amount: int = 1, note: str = "") -> None:
        """``amount`` more are done; ``note`` replaces the text at the end of the line."""
        self._done += amount
        self._note = shown(note) or self._note
        if time.monotonic() - self._last >= SECONDS_BETWEEN_LINES:
            self._print()

    def resume(self, amount: int, note: str = "") -> None:
        """``amount`` were done before, which is no speed."""
        self._before += amount
        self.advance(amount, note)

    def finish(self) -> None:
        """Says how it ended, if it was said that it began."""
        if self._last > self._start:
            self._print()

    def _print(self) -> None:
        self._last = time.monotonic()
        speed = (self._done - self._before) / max(self._last - self._start, 1e-9)
        parts = [
            f"{self._title}: {self._done}" + (f"/{self._total}" if self._total else ""),
            speed_text(speed, self._counted),
        ]
        if self._counted and self._total and speed > 0 and self._done < self._total:
            parts.append(_("{time} left").format(time=clock((self._total - self._done) / speed)))
        self._bars.write(" · ".join(part for part in (*parts, self._note) if part), "")


class SpeedColumn(ProgressColumn):
    """How many per second, such as images/s."""

    def render(self, task: Row) -> Text:
        """The present speed, empty before there is one."""
        speed = task.finished_speed or task.speed
        return Text(speed_text(speed, task.fields["counted"]) if speed else "", style="cyan")


class DoneColumn(ProgressColumn):
    """The share that is done; of parts that nothing is counted by, how many of how many."""

    def render(self, task: Row) -> Text:
        """Such as ``40 %``, or ``4/23``."""
        if task.fields["counted"] or not task.total:
            return Text(f"{task.percentage:>3.0f} %", style="magenta")
        return Text(f"{task.completed:.0f}/{task.total:.0f}", style="magenta")


class TimeLeftColumn(TimeRemainingColumn):
    """Time left, where what is counted takes about the same time each."""

    def render(self, task: Row) -> Text:
        """Empty where nothing is counted by name."""
        return super().render(task) if task.fields["counted"] else Text()


def speed_text(speed: float, counted: str) -> str:
    """``"1,234 images/s"``; empty where nothing is named."""
    if not counted:
        return ""
    return f"{integer(speed)} {counted}/s" if speed >= 10 else f"{numeral(f'{speed:.1f}')} {counted}/s"


def clock(seconds: float) -> str:
    """``"1:02:03"`` or ``"2:03"``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DoneColumn(),
        SpeedColumn(),
        TimeLeftColumn(),
        TextColumn("{task.fields[note]}", markup=False),
        console=console,
        transient=True,
    )
