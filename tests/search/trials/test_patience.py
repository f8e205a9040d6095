"""Patience: what says that a database is away, however deep it lies, and what does not."""

from __future__ import annotations

import pytest
from optuna.exceptions import StorageInternalError
from sqlalchemy.exc import OperationalError, PendingRollbackError, ProgrammingError

from trasluz.search.trials.patience import is_away

GONE = OperationalError("COMMIT", None, Exception("server closed the connection unexpectedly"))
WRONG = ProgrammingError("SELECT", None, Exception("no such table"))


def told(error: Exception, *before: Exception) -> Exception:
    """``error``, raised from the first of those before, which followed the next."""
    for one, cause in zip((error, *before), before, strict=False):
        one.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "away"),
    [
        (GONE, True),
        (told(StorageInternalError("x"), OperationalError("SELECT", None, Exception("refused"))), True),
        (told(StorageInternalError("x"), ProgrammingError("COMMIT", None, Exception("x")), GONE), True),
        (told(StorageInternalError("x"), PendingRollbackError("rolled back")), True),
        (ProgrammingError("SELECT", None, Exception("x"), connection_invalidated=True), True),
        (told(StorageInternalError("x"), WRONG), False),
        (WRONG, False),
        (told(ValueError("a value"), GONE), False),
    ],
)
def test_what_a_lost_connection_says_is_heard(error: Exception, away: bool) -> None:
    assert is_away(error) == away


def test_errors_that_point_at_each_other_come_to_an_end() -> None:
    first, second = StorageInternalError("x"), StorageInternalError("y")
    first.__cause__, second.__context__ = second, first
    assert not is_away(first)
