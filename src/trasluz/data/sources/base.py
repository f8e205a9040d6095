"""From a name or a path to the source that opens it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from trasluz import components
from trasluz.data.read.folders import data_folders
from trasluz.data.read.other_form import existing
from trasluz.data.read.raw import Given, Raw
from trasluz.data.read.table import open_table
from trasluz.data.read.table_columns import Column
from trasluz.data.read.table_text import read_sheet
from trasluz.errors import DataError, nearest
from trasluz.messages import _, short
from trasluz.reading import NOT_A_FILE
from trasluz.recipe import DataSection
from trasluz.reporting import Reporter

PACKAGE = "trasluz.data.sources"


def find_source(section: DataSection, reporter: Reporter) -> Given:
    """What ``section.source`` holds: a known name, a path, or something in a folder of ``TRASLUZ_DATA``.

    A known name wins over a folder of the same name in the working directory, which is ``./name``.

    Raises:
        DataError: there is no such thing, or it is none that can be read.
    """
    if components.knows(PACKAGE, section.source):
        module = _load(section.source)
        if hasattr(module, "open_named"):
            found: Given = module.open_named(section, reporter)
            return found
    path = locate(section.source)
    if not (path.is_dir() or path.is_file()):
        message = _("{source}: is {what}, which is not read; give a file or a folder.")
        raise DataError(message.format(source=section.source, what=_(NOT_A_FILE)))
    try:
        for name in (*components.own_names(PACKAGE), *components.foreign(PACKAGE)):
            module = _load(name)
            if hasattr(module, "claims") and module.claims(path):
                opened: Given = module.open_path(path, section, reporter)
                return opened
    except PermissionError as error:
        message = _("{source}: {path} may not be read; change its permissions, or give a copy.")
        raise DataError(message.format(source=section.source, path=error.filename or path)) from None
    message = _(
        "{source}: not data of a known kind; give a folder or an archive (.zip, .tar, .tar.gz) of images, a manifest "
        "or a table (.csv), arrays (.npz), IDX files or an image."
    )
    raise DataError(message.format(source=section.source))


def require_source(source: str) -> None:
    """Makes sure that there is something of that name or path, without opening it.

    Raises:
        DataError: there is no such thing.
    """
    if not components.knows(PACKAGE, source):
        locate(source)


def is_named(source: str) -> bool:
    """Whether it is asked for by name, such as ``digits``; ``idx`` and the like are kinds of files, not names."""
    return components.knows(PACKAGE, source) and hasattr(_load(source), "open_named")


def known_table(section: DataSection, columns: tuple[Column, ...], reporter: Reporter) -> Raw | None:
    """The CSV file ``section.source`` read by the ``columns`` that a model knows; ``None`` when it is no CSV file.

    Raises:
        DataError: there is no such file, or it lacks a column.
    """
    if not columns or Path(section.source).suffix.lower() not in (".csv", ".tsv"):
        return None
    return open_table(read_sheet(locate(section.source)), section, reporter, columns)


def _load(name: str) -> Any:
    return components.load(PACKAGE, name, "data.source")


def locate(source: str) -> Path:
    """The path that is meant, from here or in a folder of ``TRASLUZ_DATA``.

    Raises:
        DataError: there is none; names the nearest.
    """
    folders = data_folders()
    for path in (Path(source).expanduser(), *(folder / source for folder in folders)):
        if _exists(path):
            return path
    if not source.isascii():
        for path in (Path(source).expanduser(), *(folder / source for folder in folders)):
            if _exists(other := existing(path)):  # called the same in another form of Unicode
                return other
    names = _known_names()
    beside = [path.name for folder in folders for path in _inside(folder)]
    parent = Path(source).expanduser().parent
    beside += [str(parent / path.name) for path in _inside(parent)]
    guess = nearest(source.lower(), names) or nearest(source, beside)
    hint = _(" Did you mean {guess}?").format(guess=guess) if guess else ""
    message = _("{source}: no such data set, file or folder; known names: {names}; a path will do, too.")
    raise DataError(message.format(source=short(source), names=", ".join(names)) + hint)


def _exists(path: Path) -> bool:
    """Whether it is there.

    Raises:
        DataError: a folder above it may not be looked into.
    """
    try:
        return path.exists()
    except PermissionError:
        message = _("{path}: a folder above it may not be read; change its permissions, or give a copy.")
        raise DataError(message.format(path=path)) from None
    except (OSError, ValueError):  # too long for a path, or with characters that no path has
        return False


def _inside(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except (OSError, ValueError):
        return []


def _known_names() -> list[str]:
    """Sources that are asked for by name; of another package's any, because only its code tells which."""
    own = [name for name in components.own_names(PACKAGE) if hasattr(_load(name), "open_named")]
    return sorted({*own, *components.foreign(PACKAGE)})
