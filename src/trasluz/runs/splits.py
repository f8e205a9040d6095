"""The splits of a run, fixed at its start, so that no later version or re-draw can move an image across."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np

from trasluz.files import open_regular, write_bytes


def save_splits(run: Path, splits: dict[str, np.ndarray]) -> None:
    """Writes ``splits.npz`` into the run folder."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **splits)  # type: ignore[arg-type]  # numpy's stub mistakes names for flags
    write_bytes(run / "splits.npz", buffer.getvalue())


def load_splits(run: Path) -> dict[str, np.ndarray]:
    """Row numbers per split; empty when the run has none stored."""
    path = run / "splits.npz"
    if not path.is_file():
        return {}
    with open_regular(path) as file, np.load(file, allow_pickle=False) as stored:
        return dict(stored)
