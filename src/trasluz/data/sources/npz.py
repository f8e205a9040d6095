"""A NumPy archive (``.npz``): ``x_train, y_train, x_test, y_test`` as Keras has them, or ``x``/``images`` and ``y``/``labels``."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np

from trasluz.data.arrays import from_arrays
from trasluz.data.raw import Raw
from trasluz.errors import DataError
from trasluz.messages import _
from trasluz.recipe import DataSection
from trasluz.reporting import Reporter

ORDER = 10
NAMES = ()
_SAMPLES = ("x", "images", "data", "samples")
_LABELS = ("y", "labels", "target", "targets")
_SPLITS = {"train": "train", "valid": "valid", "val": "valid", "validation": "valid", "test": "test"}


def claims(source: str) -> bool:
    """Whether ``source`` is an ``.npz`` file."""
    path = Path(source).expanduser()
    return path.suffix.lower() == ".npz" and path.is_file()


def read(source: str, section: DataSection, reporter: Reporter) -> Raw:
    """The arrays, with the splits that their names say.

    Raises:
        DataError: damaged, Python objects instead of numbers, or no array of a known name.
    """
    path = Path(source).expanduser()
    arrays = {name.lower(): values for name, values in _load(path).items()}
    whole = _pick(arrays, "")
    parts = {split: found for end, split in _SPLITS.items() if (found := _pick(arrays, f"_{end}"))}
    main = whole or parts.pop("train", None)
    if main is None:
        message = _("{path}: holds {names}; needed is x or images (with y or labels), or x_train (with y_train).")
        raise DataError(message.format(path=path, names=", ".join(sorted(arrays)) or _("nothing")))
    return from_arrays(*main, valid=parts.get("valid"), test=parts.get("test"), name=path.stem)


def _load(path: Path) -> dict[str, np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as stored:
            return dict(stored)
    except (ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
        objects = "pickle" in str(error).lower()
        reason = _("it holds Python objects, which are never loaded; save numbers only") if objects else str(error)
        raise DataError(_("{path}: cannot be read: {reason}.").format(path=path, reason=reason)) from None


def _pick(arrays: dict[str, np.ndarray], ending: str) -> tuple[np.ndarray, np.ndarray | None] | None:
    samples = [arrays[name + ending] for name in _SAMPLES if name + ending in arrays]
    labels = [arrays[name + ending] for name in _LABELS if name + ending in arrays]
    return (samples[0], labels[0] if labels else None) if samples else None
