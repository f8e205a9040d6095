"""Where the trials of a study are kept: the journal in its folder, or a database that several hosts reach.

What the folder says of a database (``storage.json``) holds no password: PostgreSQL's own places for it (``~/.pgpass``,
``PGPASSWORD``) or ``--storage`` give it again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from trasluz.errors import RequestError, RunError
from trasluz.files import write_json
from trasluz.messages import _
from trasluz.reading import checked, read_json

if TYPE_CHECKING:
    from optuna.storages import BaseStorage

BEAT = 10  # seconds between signs of life that a worker leaves in a database
SILENCE = 120  # seconds without one after which its trials go to others, as for locks
_FILE = "storage.json"
_SCHEMES = ("postgresql", "postgres")


@dataclass(frozen=True)
class Place:
    """``name``: what the study is called there; ``url``: of a database, ``None`` for the journal in ``folder``."""

    name: str
    folder: Path
    url: str | None = None

    @staticmethod
    def of(folder: Path, url: str | None = None) -> Place:
        """The place of the study in ``folder``, as that says; ``url`` may add a password.

        Raises:
            RunError: what the folder says cannot be read.
            RequestError: ``url`` is another database.
        """
        try:
            known = checked(dict[str, str], read_json(folder / _FILE))
        except FileNotFoundError:
            if url is not None:
                message = _("--storage: the trials of {path} are kept in its folder; start a new study for a database.")
                raise RequestError(message.format(path=folder)) from None
            return Place(folder.name, folder)
        except (OSError, ValueError) as error:
            raise RunError(
                _("{path}: this cannot be read ({error}).").format(path=folder / _FILE, error=error)
            ) from None
        if url is not None and without_password(url) != known["url"]:
            message = _("--storage: the trials of {path} are kept in {known}; give that one, or none.")
            raise RequestError(message.format(path=folder, known=known["url"]))
        return Place(known["name"], folder, url or known["url"])

    @property
    def shown(self) -> str:
        """For people: no password."""
        return str(self.folder) if self.url is None else without_password(self.url)

    def remember(self) -> None:
        """Says in the folder where the trials are, if they are not there."""
        if self.url is not None:
            write_json(self.folder / _FILE, {"url": without_password(self.url), "name": self.name})

    def open(self) -> Opened:
        """The storage itself.

        Raises:
            RequestError: no such kind of database, or what speaks to it is not installed.
            StorageError: the folder cannot be written.
        """
        with quiet():
            if self.url is None:
                return self._journal()
            database, close = _database(self.url)
            return Opened(database, nullcontext, close)

    def _journal(self) -> Opened:
        from optuna.storages import JournalStorage

        from trasluz.search.trials.journal import Journal

        journal = Journal(self.folder)
        return Opened(JournalStorage(journal), journal.alone.held)


@dataclass(frozen=True)
class Opened:
    """A storage, and a block inside which nobody else claims trials or takes them back, where there is one.

    ``close`` ends its connections.
    """

    storage: BaseStorage
    alone: Callable[[], AbstractContextManager[None]]
    close: Callable[[], None] = lambda: None


def check_url(url: str) -> None:
    """Whether ``url`` names a database that trials can be kept in.

    Raises:
        RequestError: it does not.
    """
    scheme = url.partition("://")[0].partition("+")[0]
    if "://" not in url or scheme not in _SCHEMES:
        message = _("--storage {url}: allowed is a PostgreSQL database, such as postgresql://user@host/database.")
        raise RequestError(message.format(url=without_password(url) if "://" in url else url))


def without_password(url: str) -> str:
    """``url`` for people and files."""
    scheme, dots, rest = url.partition("://")
    who, at, where = rest.rpartition("@")
    return f"{scheme}{dots}{who.partition(':')[0]}{at}{where}"


@contextmanager
def quiet() -> Iterator[None]:
    """Optuna tells of what goes well on standard error, and warns of parts that may change; not inside."""
    import logging
    import warnings

    from optuna.exceptions import ExperimentalWarning

    logger = logging.getLogger("optuna")
    level = logger.level
    if level != logging.ERROR:  # to set it makes every logger of the process forget what it knew
        logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ExperimentalWarning)
            yield
    finally:
        if logger.level != level:
            logger.setLevel(level)


def _database(url: str) -> tuple[BaseStorage, Callable[[], None]]:
    from optuna.storages import RDBStorage, RetryHeartbeatStaleTrialCallback, get_storage

    check_url(url)
    rest = url.partition("://")[2]
    try:
        database = RDBStorage(
            f"postgresql+psycopg://{rest}",
            engine_kwargs={"pool_pre_ping": True, "connect_args": {"connect_timeout": 5}},
            heartbeat_interval=BEAT,
            grace_period=SILENCE,
            heartbeat_stale_trial_callback=RetryHeartbeatStaleTrialCallback(),
        )
    except ImportError:
        message = _(
            "--storage {url}: PostgreSQL needs the package psycopg; install it with: pip install psycopg[binary]"
        )
        raise RequestError(message.format(url=without_password(url))) from None
    return get_storage(database), database.engine.dispose
