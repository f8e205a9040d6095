"""What a caller gives as data: a name, a path, or samples in memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from trasluz.data.arrays import from_arrays
from trasluz.data.read.raw import Raw
from trasluz.errors import DataError
from trasluz.messages import _

Source = str | Path | Raw | np.ndarray | tuple[Any, ...]


def in_memory(data: Raw | np.ndarray | tuple[Any, ...]) -> Raw:
    """Samples given as arrays: alone, or with their labels (and the lengths of sequences).

    Raises:
        DataError: they are no samples, or more arrays than these.
    """
    if isinstance(data, Raw):
        return data
    if not isinstance(data, tuple):
        return from_arrays(data)
    if not 1 <= len(data) <= 3:
        message = _("data: {count} arrays were given; give samples, (samples, labels) or (samples, labels, lengths).")
        raise DataError(message.format(count=len(data)))
    samples, labels, lengths = (*data, None, None)[:3]
    return from_arrays(samples, labels, lengths=lengths)
