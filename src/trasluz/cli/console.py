"""Where the command line speaks: results on standard output, everything else on standard error."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from trasluz.errors import StorageError
from trasluz.messages import _, escaped, shown
from trasluz.numerals import numeral
from trasluz.reporting import Reporter, Task

if TYPE_CHECKING:
    from trasluz.cli.progress import Bars


class Console(Reporter):
    """Prints results, and is the reporter of the work behind a command.

    ``silent`` is for the further processes of a distributed run: only their errors are shown.
    """

    def __init__(self, silent: bool = False) -> None:
        self.silent = silent
        self.debug = False
        self._bars: Bars | None = None

    def result(self, text: str, raw: bool = False) -> None:
        """A result that people read, on standard output; ``raw``, where that is no terminal, with the control
        characters and the bytes of names as they are."""
        if self.silent:
            return
        try:
            if raw and not sys.stdout.isatty() and hasattr(sys.stdout, "buffer"):
                sys.stdout.flush()
                sys.stdout.buffer.write(f"{text}\n".encode(errors="surrogateescape"))
                sys.stdout.buffer.flush()
            else:
                print(shown(text, keep="\n\t"), file=sys.stdout, flush=True)
        except OSError as error:
            message = _("The result cannot be written to standard output ({reason}).")
            raise StorageError(message.format(reason=error.strerror)) from None

    def json(self, tree: dict[str, Any]) -> None:
        """A result that programs read: one JSON object on one line of standard output."""
        text = json.dumps(_finite(tree), ensure_ascii=False, default=str)
        self.result(escaped(text))

    def say(self, message: str) -> None:
        """One sentence beside the results, on standard error."""
        self._print(message, "")

    def warn(self, message: str) -> None:
        """One sentence to look into, in yellow where there are colours."""
        self._print(message, "yellow")

    def fail(self, message: str) -> None:
        """One sentence that says why nothing came of it, in red where there are colours."""
        self._write(" ".join(message.splitlines()), "red")

    @contextmanager
    def task(self, title: str, total: int | None = None, counted: str = "") -> Iterator[Task]:
        """A bar on a terminal; elsewhere a line now and then."""
        if self.silent:
            yield Task()
            return
        if self._bars is None:
            from trasluz.cli.progress import Bars

            self._bars = Bars(sys.stderr)
        with self._bars.task(shown(title), total, counted) as task:
            yield task

    def _print(self, message: str, style: str) -> None:
        if not self.silent:
            self._write(message, style)

    def _write(self, message: str, style: str) -> None:
        message = shown(message, keep="\n")
        if self._bars is not None:
            self._bars.write(message, style)
        elif sys.stderr.isatty():
            from trasluz.cli.progress import write

            write(sys.stderr, message, style)
        else:
            print(message, file=sys.stderr, flush=True)


def columns(rows: Sequence[Sequence[object]]) -> str:
    """Rows as lines with aligned columns, two spaces apart; numbers to the right."""
    cells = [[_cell(value) for value in row] for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(*cells, strict=True)]
    right = [
        all(isinstance(value, (int, float)) for value in column[1:]) and len(rows) > 1
        for column in zip(*rows, strict=True)
    ]
    lines = [
        "  ".join(c.rjust(w) if r else c.ljust(w) for c, w, r in zip(line, widths, right, strict=True))
        for line in cells
    ]
    return "\n".join(line.rstrip() for line in lines)


def figures(value: float) -> str:
    """A number of a table to four figures, with the decimal sign of the language in force."""
    return numeral(f"{value:.4g}")


def _cell(value: object) -> str:
    return figures(value) if isinstance(value, float) else shown(str(value))


def _finite(node: object) -> object:
    """JSON has no NaN and no infinity: both become null."""
    if isinstance(node, dict):
        return {str(key): _finite(value) for key, value in node.items()}
    if isinstance(node, (list, tuple)):
        return [_finite(value) for value in node]
    return None if isinstance(node, float) and not math.isfinite(node) else node
