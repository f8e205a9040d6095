"""Patience with a storage that is away: says so, waits, and goes on; nothing is lost meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from trasluz.errors import Interrupted
from trasluz.messages import _
from trasluz.reporting import Reporter
from trasluz.training.interrupt import stop_request

P = ParamSpec("P")
R = TypeVar("R")
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 10.0


class Patience:
    """Calls a storage again until it answers.

    ``back_since``: since when, by ``time.monotonic``, it has answered each time; until all workers had the time to
    leave a sign of life after that, silence says nothing about them.
    """

    def __init__(self, shown: str, reporter: Reporter) -> None:
        self._shown, self._reporter = shown, reporter
        self.back_since = time.monotonic()

    def __call__(self, call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """What ``call`` gives, once the storage answers.

        Raises:
            Interrupted: somebody asked to stop while this waited.
        """
        pause, told = _FIRST_PAUSE, False
        while True:
            try:
                found = call(*args, **kwargs)
            except Exception as error:
                if not is_away(error):
                    raise
                if not told:
                    message = _("{place}: the storage of the trials does not answer ({reason}); waiting for it.")
                    self._reporter.warn(message.format(place=self._shown, reason=_reason(error)))
                told = True
                wait(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)
                self.back_since = time.monotonic()
                continue
            if told:
                self._reporter.say(_("{place}: the storage answers again.").format(place=self._shown))
            return found


def is_away(error: Exception) -> bool:
    """Whether an error says that a database cannot be reached, and nothing about what it was asked.

    A connection that is lost while something is committed is told by what went wrong before, so all of that is looked
    at.
    """
    from optuna.exceptions import StorageInternalError
    from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, PendingRollbackError, SQLAlchemyError

    if not isinstance(error, (StorageInternalError, SQLAlchemyError)):
        return False
    known: list[BaseException] = [error]
    seen: list[BaseException] = []
    while known:
        one = known.pop()
        seen.append(one)
        if isinstance(one, (OperationalError, InterfaceError, PendingRollbackError)):
            return True
        if isinstance(one, DBAPIError) and one.connection_invalidated:
            return True
        known += [before for before in (one.__cause__, one.__context__) if before is not None and before not in seen]
    return False


def wait(seconds: float) -> None:
    """A pause that a request to stop ends.

    Raises:
        Interrupted: there was one.
    """
    until = time.monotonic() + seconds
    with stop_request() as request:
        while time.monotonic() < until:
            if request.asked:
                raise Interrupted(_("Interrupted."))
            time.sleep(min(0.1, seconds))


def _reason(error: Exception) -> str:
    cause = error.__cause__ or error
    return str(getattr(cause, "orig", cause)).strip().splitlines()[0][:200]
