"""The groups of a run's data, fixed at its start like its splits: which rows belong together."""

from __future__ import annotations

import io
import os
from pathlib import Path

import numpy as np

from trasluz.errors import DamagedError
from trasluz.files import write_bytes
from trasluz.messages import _
from trasluz.reading import read_arrays

FILE = "groups.npz"


def save_groups(run: Path, groups: np.ndarray) -> None:
    """Writes ``groups`` int64 ``[n]`` into ``groups.npz`` in the run folder."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, groups=groups)
    write_bytes(run / FILE, buffer.getvalue())


def load_groups(run: Path, samples: int) -> np.ndarray | None:
    """Int64 ``[samples]``, rows of equal numbers belong together; ``None`` where the run has none stored.

    Raises:
        DamagedError: the file is damaged, or belongs to other data.
    """
    path = run / FILE
    if not os.path.lexists(path):
        return None
    try:
        groups = read_arrays(path).get("groups", np.empty(0))
        if groups.dtype.kind not in "iu" or groups.shape != (samples,):
            raise ValueError(_("{name} holds other than rows of the data").format(name="groups"))
    except (OSError, ValueError) as error:
        message = _("{path}: groups.npz is damaged ({reason}); restore it from a copy of the run, or delete it.")
        raise DamagedError(message.format(path=run, reason=str(error).rstrip("."))) from None
    return groups.astype(np.int64)
