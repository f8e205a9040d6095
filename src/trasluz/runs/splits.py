"""The splits of a run, fixed at its start, so that no later version or re-draw can move an image across.

Beside the rows lie the identities of all samples (``data/describe/identities.py``), so that other runs can tell, also
where the data are gone, which samples this one knows and which it was trained on.
"""

from __future__ import annotations

import io
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from trasluz.errors import DamagedError
from trasluz.files import write_bytes
from trasluz.messages import _
from trasluz.reading import read_arrays

_IDENTITIES, _EARLIER = "identities", "earlier"  # arrays in the file that are no splits


@dataclass(frozen=True)
class KnownSamples:
    """What a run knows of its samples: ``identities`` int64 ``[n]`` of the rows of its data, the rows of its
    ``splits``, and the identities of samples on which weights that it started from were trained ``earlier``."""

    identities: np.ndarray
    splits: Mapping[str, np.ndarray]
    earlier: np.ndarray

    @property
    def trained(self) -> np.ndarray:
        """The identities of all samples that its weights were trained on, ascending, each once."""
        return np.union1d(self.identities[self.splits.get("train", np.empty(0, np.int64))], self.earlier)


def arrays_to_keep(
    splits: Mapping[str, np.ndarray], identities: np.ndarray | None, before: Sequence[Path] = ()
) -> dict[str, np.ndarray]:
    """What ``save_splits`` keeps; ``before``: the folders of runs whose weights this one starts from."""
    if identities is None:
        return dict(splits)
    known = [found.trained for run in before if (found := load_known(run)) is not None]
    earlier = np.unique(np.concatenate([*known, np.empty(0, np.int64)]))
    return {**splits, _IDENTITIES: identities, **({_EARLIER: earlier} if len(earlier) else {})}


def add_earlier(run: Path, identities: np.ndarray | None, before: Sequence[Path]) -> None:
    """Adds what the runs in the folders ``before`` were trained on to what the run in this folder was: a phase that was
    added starts from their weights.  ``identities`` of the rows of its data are for a run that kept none."""
    own = load_known(run)
    if own is None and identities is not None:
        own = KnownSamples(identities, load_splits(run, len(identities), {}), np.empty(0, np.int64))
    if own is None:
        return
    kept = arrays_to_keep(own.splits, own.identities, before)
    earlier = np.union1d(own.earlier, kept.get(_EARLIER, np.empty(0, np.int64)))
    if len(earlier) > len(own.earlier):
        save_splits(run, {**kept, _EARLIER: earlier})


def save_splits(run: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Writes ``splits.npz`` into the run folder: the rows of each split, and what ``arrays_to_keep`` adds to them."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)  # type: ignore[arg-type]  # numpy's stub mistakes names for flags
    write_bytes(run / "splits.npz", buffer.getvalue())


def load_splits(run: Path, samples: int, sizes: Mapping[str, int]) -> dict[str, np.ndarray]:
    """Row numbers per split, of data of that many ``samples``; empty when the run has none stored.

    ``sizes``: what ``run.json`` says of them; splits that it does not name are not asked for their size.

    Raises:
        DamagedError: the file is damaged, or belongs to other data.
    """
    return _load(run, samples, sizes)[0]


def load_known(run: Path) -> KnownSamples | None:
    """What the run in this folder knows of its samples; ``None`` where it does not say, as those of version 0.1.

    Raises:
        DamagedError: the file is damaged.
    """
    splits, others = _load(run, None, {})
    if _IDENTITIES not in others:
        return None
    return KnownSamples(others[_IDENTITIES], splits, others.get(_EARLIER, np.empty(0, np.int64)))


def _load(
    run: Path, samples: int | None, sizes: Mapping[str, int]
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Rows by split, and the other arrays; of ``samples`` rows, or as many as there are identities."""
    path = run / "splits.npz"
    if not os.path.lexists(path):
        return {}, {}
    try:
        splits = read_arrays(path)
        others = {name: splits.pop(name) for name in (_IDENTITIES, _EARLIER) if name in splits}
        count = _check_others(others, samples)
        for name, rows in splits.items():
            _check(name, rows, count, sizes.get(name))
        if sizes.keys() - splits.keys():
            raise ValueError(_("there is no split {name}").format(name=min(sizes.keys() - splits.keys())))
    except (OSError, ValueError) as error:
        message = _("{path}: splits.npz is damaged ({reason}); restore it from a copy of the run, or delete it.")
        raise DamagedError(message.format(path=run, reason=str(error).rstrip("."))) from None
    return splits, others


def _check_others(others: Mapping[str, np.ndarray], samples: int | None) -> int | None:
    """Makes sure that the arrays beside the splits are identities, those of all rows as many as there are rows; gives
    how many rows there are, where that is known.

    Raises:
        ValueError: they are not.
    """
    for name, array in others.items():
        if array.dtype != np.int64 or array.ndim != 1:
            raise ValueError(_("{name} holds other than rows of the data").format(name=name))
    if _IDENTITIES not in others:
        return samples
    if samples not in (None, len(others[_IDENTITIES])):
        raise ValueError(_("{name} has not the rows that the run was trained with").format(name=_IDENTITIES))
    return len(others[_IDENTITIES])


def _check(name: str, rows: np.ndarray, samples: int | None, size: int | None) -> None:
    """Makes sure that ``rows`` are different row numbers of data of that many ``samples``, where that is known.

    Raises:
        ValueError: they are not.
    """
    numbers = rows.ndim == 1 and rows.dtype.kind in "iu"
    if not numbers or (len(rows) and not (rows.min() >= 0 and (samples is None or rows.max() < samples))):
        raise ValueError(_("{name} holds other than rows of the data").format(name=name))
    if len(np.unique(rows)) != len(rows) or size not in (None, len(rows)):
        raise ValueError(_("{name} has not the rows that the run was trained with").format(name=name))
