"""How work tells people how far it is, without knowing whether a terminal, a notebook or nobody listens.

Rooms take a ``Reporter`` and call it; the command line and notebooks hand in one that draws.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class Task:
    """A piece of work of known or unknown size; this one is silent."""

    def advance(self, amount: int = 1, note: str = "") -> None:
        """``amount`` more are done; ``note`` replaces the text beside the bar."""

    def resume(self, amount: int, note: str = "") -> None:
        """``amount`` were done before this began: they count, and say nothing of how fast it goes."""
        self.advance(amount, note)


class Reporter:
    """Says nothing; subclasses draw progress bars and print sentences."""

    def say(self, message: str) -> None:
        """One sentence that people should read."""

    def warn(self, message: str) -> None:
        """One sentence about something that people should look into."""

    @contextmanager
    def task(self, title: str, total: int | None = None, counted: str = "") -> Iterator[Task]:
        """A bar while the block runs; ``total`` are expected, ``counted`` what they are: images.

        Where nothing is counted by name its parts take times of their own, as the looks at a model do: how many are
        done is told, and no time left, which would be wrong.
        """
        yield Task()
