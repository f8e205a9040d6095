"""The exceptions of Trasluz: one tree, each with the exit code that the command line returns.

    TrasluzError                 1   anything that Trasluz raises on purpose
    ├── RequestError             2   the request was wrong: said before work starts
    │   ├── RecipeError          2   an unknown recipe, field or value
    │   │   ├── UnknownPartError 2   a part that neither Trasluz nor an installed package brings
    │   │   └── OwnCodeError     2   code that a recipe names was not allowed, or cannot be called
    │   ├── DataError            2   a source that is absent, empty, damaged or of the wrong kind
    │   └── RunError             2   a run folder that is absent, incomplete or from a newer version
    │       ├── HeldError        2   another process is writing there
    │       └── DamagedError     2   a file of a run that cannot be read as what it should be
    ├── WorkError                1   the request was right, the work failed
    │   ├── DivergedError        1   a loss became NaN or infinite
    │   ├── StorageError         1   disk full, folder not writable
    │   ├── CheckpointError      1   no checkpoint of a run can be read
    │   └── TakenOverError       1   another process writes what this one was writing
    └── Interrupted            130   Ctrl-C or SIGTERM: the run can be resumed

Every message is one sentence that says what was given, what is allowed, and what to do.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_LONGEST_WORD = 200  # comparing takes time that grows with its square


class TrasluzError(Exception):
    """Base of all errors that Trasluz raises on purpose."""

    exit_code = 1

    def _render_traceback_(self) -> list[str]:
        """What IPython shows in place of a traceback: the sentence, which says all that there is to do."""
        return [str(self)]


class RequestError(TrasluzError):
    """The request was wrong; nothing was started."""

    exit_code = 2


class RecipeError(RequestError):
    """An unknown recipe, field or value."""


class UnknownPartError(RecipeError):
    """A part that neither Trasluz nor an installed package brings."""


class OwnCodeError(RecipeError):
    """Code that a recipe names was not allowed, or cannot be called."""


class DataError(RequestError):
    """A data source that is absent, empty, damaged or of the wrong kind."""


class RunError(RequestError):
    """A run folder that is absent, incomplete or from a newer version."""


class HeldError(RunError):
    """Another process is writing there; ``holder`` says which."""

    def __init__(self, message: str, holder: str = "") -> None:
        super().__init__(message)
        self.holder = holder


class DamagedError(RunError):
    """A file of a run that cannot be read as what it should be."""


class WorkError(TrasluzError):
    """The request was right, but the work failed."""


class DivergedError(WorkError):
    """A loss term became NaN or infinite; the last good checkpoint is kept."""


class StorageError(WorkError):
    """The disk is full or the folder cannot be written."""


class CheckpointError(WorkError):
    """No checkpoint of the run can be read."""


class TakenOverError(WorkError):
    """Another process took over what this one was writing, because this one gave no sign of life."""


class Interrupted(TrasluzError):  # noqa: N818 - an interruption is not an error
    """The work was stopped by Ctrl-C or SIGTERM and can be resumed."""

    exit_code = 130


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word closest to ``word``, or ``None`` when none is close."""
    if len(word) > _LONGEST_WORD:
        return None
    matches = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return matches[0] if matches else None
