"""The splits of a run, fixed at its start, so that no later version or re-draw can move an image across."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path

import numpy as np

from trasluz.errors import RunError
from trasluz.files import open_regular, write_bytes
from trasluz.messages import _


def save_splits(run: Path, splits: dict[str, np.ndarray]) -> None:
    """Writes ``splits.npz`` into the run folder."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **splits)  # type: ignore[arg-type]  # numpy's stub mistakes names for flags
    write_bytes(run / "splits.npz", buffer.getvalue())


def load_splits(run: Path) -> dict[str, np.ndarray]:
    """Row numbers per split; empty when the run has none stored.

    Raises:
        RunError: the file is damaged.
    """
    path = run / "splits.npz"
    if not path.is_file():
        return {}
    try:
        with open_regular(path) as file, np.load(file, allow_pickle=False) as stored:
            return dict(stored)
    except (OSError, ValueError, TypeError, EOFError, KeyError, zipfile.BadZipFile, zlib.error, MemoryError):
        message = _("{path}: splits.npz is damaged; restore it from a copy of the run.")
        raise RunError(message.format(path=run)) from None
