"""The splits of a run, fixed at its start, so that no later version or re-draw can move an image across."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from trasluz.errors import DamagedError
from trasluz.files import write_bytes
from trasluz.messages import _
from trasluz.reading import read_arrays


def save_splits(run: Path, splits: dict[str, np.ndarray]) -> None:
    """Writes ``splits.npz`` into the run folder."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **splits)  # type: ignore[arg-type]  # numpy's stub mistakes names for flags
    write_bytes(run / "splits.npz", buffer.getvalue())


def load_splits(run: Path, samples: int, sizes: Mapping[str, int]) -> dict[str, np.ndarray]:
    """Row numbers per split, of data of that many ``samples``; empty when the run has none stored.

    ``sizes``: what ``run.json`` says of them; splits that it does not name are not asked for their size.

    Raises:
        DamagedError: the file is damaged, or belongs to other data.
    """
    path = run / "splits.npz"
    if not os.path.lexists(path):
        return {}
    try:
        splits = read_arrays(path)
        for name, rows in splits.items():
            _check(name, rows, samples, sizes.get(name))
        if sizes.keys() - splits.keys():
            raise ValueError(_("there is no split {name}").format(name=min(sizes.keys() - splits.keys())))
    except (OSError, ValueError) as error:
        message = _("{path}: splits.npz is damaged ({reason}); restore it from a copy of the run, or delete it.")
        raise DamagedError(message.format(path=run, reason=str(error).rstrip("."))) from None
    return splits


def _check(name: str, rows: np.ndarray, samples: int, size: int | None) -> None:
    """Makes sure that ``rows`` are different row numbers of data of that many ``samples``.

    Raises:
        ValueError: they are not.
    """
    numbers = rows.ndim == 1 and rows.dtype.kind in "iu"
    if not numbers or (len(rows) and not (rows.min() >= 0 and rows.max() < samples)):
        raise ValueError(_("{name} holds other than rows of the data").format(name=name))
    if len(np.unique(rows)) != len(rows) or size not in (None, len(rows)):
        raise ValueError(_("{name} has not the rows that the run was trained with").format(name=name))
