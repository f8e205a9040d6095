"""``.npz`` files of NumPy: ``X`` and ``y``, or ``X_train``, ``y_train``, ``X_valid``, … ``X_test``, ``y_test``.

With ``lengths`` (or ``lengths_train``, …) they hold sequences; ``groups`` (or ``groups_train``, …) say which samples
belong together.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.lib.npyio import NpzFile

from trasluz.data.arrays import from_arrays
from trasluz.data.read.raw import Raw
from trasluz.errors import DataError
from trasluz.messages import _, short
from trasluz.reading import open_arrays
from trasluz.recipe import DataSection
from trasluz.reporting import Reporter

_SAMPLES = ("x", "images", "data", "samples", "arr_0")
_LABELS = ("y", "labels", "label", "target", "targets", "arr_1")
_LENGTHS = ("lengths", "length")
_GROUPS = ("groups", "group")
_MOST_GROWTH, _FREE_GROWTH = 100, 256 << 20
_SPLITS = {"train": ("train",), "valid": ("valid", "validation", "val"), "test": ("test",)}


def claims(path: Path) -> bool:
    """Whether ``path`` is named ``*.npz``."""
    return path.is_file() and path.suffix.lower() == ".npz"


def open_path(path: Path, section: DataSection, reporter: Reporter) -> Raw:
    """The arrays of the file; pickled objects are never loaded.

    Raises:
        DataError: the file is damaged, holds objects, or names no samples.
    """
    arrays = _load(path)
    parts = {split: _part(arrays, words) for split, words in _SPLITS.items()}
    train = parts["train"] or _part(arrays, ())
    if train is None:
        raise _nothing(path, arrays)
    try:
        samples, labels, lengths, groups = train
        valid, test = parts["valid"], parts["test"]
        raw = from_arrays(samples, labels, lengths=lengths, groups=groups, valid=valid, test=test, name=path.name)
    except DataError as error:
        raise DataError(f"{path}: {error}") from None
    return replace(raw, in_memory=False)


def stored_parts(path: Path) -> list[tuple[np.ndarray, np.ndarray | None]]:
    """Samples and lengths that the file holds, as they are: of ``X``, or of each split in turn.

    Raises:
        DataError: the file is damaged, holds objects, or names no samples.
    """
    arrays = _load(path)
    parts = [_part(arrays, words) for words in ((), *_SPLITS.values())]
    found = [(part[0], part[2]) for part in parts if part is not None]
    if not found:
        raise _nothing(path, arrays)
    return found


def _nothing(path: Path, arrays: dict[str, np.ndarray]) -> DataError:
    message = _("{path}: holds {names}; it needs X (and y), or X_train, y_train, X_valid, … X_test, y_test.")
    return DataError(message.format(path=path, names=short(", ".join(sorted(arrays)), 200) or _("nothing")))


def _load(path: Path) -> dict[str, np.ndarray]:
    """All arrays by lower-case name."""
    try:
        with open_arrays(path) as stored:
            if not isinstance(stored, NpzFile):
                raise ValueError(_("a single array; write it with numpy.savez(file, X=…)"))
            _require_size(path, stored)
            return {name.lower(): stored[name] for name in stored.files}
    except DataError:
        raise
    except OSError as error:
        reason = error.strerror or str(error)
    except Exception as error:  # NumPy and zipfile raise anything on hostile files: SyntaxError, RecursionError…
        if "pickle" in str(error).lower():
            message = _(
                "{path}: holds Python objects, which are never loaded because they can run code; save plain arrays."
            )
            raise DataError(message.format(path=path)) from None
        reason = str(error) or type(error).__name__
    message = _("{path}: this .npz file is cut short or damaged ({reason}).")
    raise DataError(message.format(path=path, reason=short(" ".join(reason.split()), 200)))


def _require_size(path: Path, stored: NpzFile) -> None:
    """Refuses what unpacks to far more than it is. zipfile reads no more of an entry than it announces here."""
    announced = sum(entry.file_size for entry in stored.zip.infolist()) if stored.zip else 0
    if announced > path.stat().st_size * _MOST_GROWTH + _FREE_GROWTH:
        message = _("{path}: would unpack to far more than arrays of samples can; save it without compression.")
        raise DataError(message.format(path=path))


def _part(
    arrays: dict[str, np.ndarray], words: tuple[str, ...]
) -> tuple[np.ndarray, np.ndarray | None, np.ndarray | None, np.ndarray | None] | None:
    """Samples, labels, lengths and groups of a split."""
    samples, *rest = (_first(arrays, names, words) for names in (_SAMPLES, _LABELS, _LENGTHS, _GROUPS))
    labels, lengths, groups = rest
    return None if samples is None else (samples, labels, lengths, groups)


def _first(arrays: dict[str, np.ndarray], names: tuple[str, ...], words: tuple[str, ...]) -> np.ndarray | None:
    wanted = [f"{name}_{word}" for word in words for name in names] + [
        f"{word}_{name}" for word in words for name in names
    ]
    return next((arrays[name] for name in wanted or names if name in arrays), None)
