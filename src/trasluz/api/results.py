"""What the verbs return: predictions, reconstructions, the table of several seeds. Each shows itself in a notebook."""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from trasluz.csv_cells import csv_text
from trasluz.errors import RequestError
from trasluz.evaluation.shown import ShownInNotebooks
from trasluz.files import json_bytes, storage, write_bytes
from trasluz.messages import _, shown
from trasluz.metrics.over_seeds import about_intervals
from trasluz.runs.leftovers import remove_leftovers

if TYPE_CHECKING:
    from trasluz.draw.provenance import Origin


@dataclass(frozen=True)
class Predictions(ShownInNotebooks):
    """Probabilities of files: ``probabilities`` float32 ``[n, k]``, in the order of ``classes``.

    With several labels per image a row's probabilities do not add up to 1 and ``labels`` holds every class above
    one half, joined by ``|``.  ``unreadable`` are files left out, with the reason.
    """

    shown_by: ClassVar[str] = "trasluz.draw.notebook:predictions_shown"

    files: tuple[str, ...]
    classes: tuple[str, ...]
    probabilities: np.ndarray
    multi_label: bool = False
    unreadable: tuple[tuple[str, str], ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """The predicted class of each file."""
        if self.multi_label:
            return tuple(
                "|".join(c for c, p in zip(self.classes, row, strict=True) if p > 0.5) for row in self.probabilities
            )
        return tuple(self.classes[i] for i in self.probabilities.argmax(1))

    def records(self) -> list[dict[str, Any]]:
        """One dictionary per file: file, label, probability of that label, and of every class."""
        found = []
        for file, label, row in zip(self.files, self.labels, self.probabilities, strict=True):
            each = {name: round(float(p), 6) for name, p in zip(self.classes, row, strict=True)}
            found.append(
                {"file": file, "label": label, "confidence": round(float(row.max()), 6), "probabilities": each}
            )
        return found

    def to_csv(self, raw: bool = False) -> str:
        """CSV text: file, label, confidence, one column per class.

        Names that a spreadsheet would compute get a quote before them, and control characters are spelled out; ``raw``
        leaves both.
        """
        rows = [[r["file"], r["label"], r["confidence"], *r["probabilities"].values()] for r in self.records()]
        return csv_text([["file", "label", "confidence", *self.classes], *rows], raw)

    def to_json(self) -> str:
        """JSON text with the records and the files left out."""
        left_out = [{"file": file, "reason": reason} for file, reason in self.unreadable]
        return json_bytes({"predictions": self.records(), "unreadable": left_out}, lines=True).decode()

    def save(self, path: str | Path, raw: bool = False) -> Path:
        """Writes CSV or JSON by the file's ending; ``raw`` as in ``to_csv``.

        Raises:
            RequestError: another ending.
        """
        target = Path(path)
        writers: dict[str, Callable[[], str]] = {".csv": partial(self.to_csv, raw), ".json": self.to_json}
        if target.suffix.lower() not in writers:
            raise RequestError(
                _("{path}: predictions are written as .csv or .json; give one of these endings.").format(path=path)
            )
        remove_leftovers(target.parent, deep=False)
        write_bytes(target, writers[target.suffix.lower()]().encode(errors="surrogateescape"))
        return target


@dataclass(frozen=True)
class Reconstructions(ShownInNotebooks):
    """Samples and what the network makes of them, with the mean squared error of each.

    Images are uint8 ``[n, h, w, c]``, and the error is on [0, 1] pixels, before rounding to 8 bits.  Rows of a table,
    ``[n, features]``, and sequences, ``[n, steps, features]``, are float32 in the data's own units; their error is on
    the numbers as the network sees them.  ``lengths``, int64 ``[n]``: the steps of each sequence that count, and are
    judged; beyond them both sides are zero.  ``origin`` names the run in the pictures that are saved.
    """

    shown_by: ClassVar[str] = "trasluz.draw.notebook:reconstructions_shown"

    files: tuple[str, ...]
    originals: np.ndarray
    reconstructions: np.ndarray
    errors: np.ndarray
    unreadable: tuple[tuple[str, str], ...] = ()
    origin: Origin | None = None
    lengths: np.ndarray | None = None

    def save(self, folder: str | Path, raw: bool = False) -> Path:
        """Writes one PNG per image (the original left of its reconstruction) and ``errors.csv``; of other samples one
        ``reconstructions.npz`` with ``original``, ``X`` (the reconstructions) and the ``lengths`` of sequences.

        Existing files are never overwritten: a number is added to the name.  The pictures say in text chunks that a
        network rebuilt them, and name the run.  ``raw``: for the CSV, as in ``Predictions.to_csv``.
        """
        target = Path(folder)
        with storage(target):
            target.mkdir(parents=True, exist_ok=True)
            names = self._save_images(target) if self.originals.ndim == 4 else self._save_arrays(target)
            header = ["file", "image" if self.originals.ndim == 4 else "saved", "mse"]
            rows = [[f, n, float(f"{e:.6g}")] for f, n, e in zip(self.files, names, self.errors, strict=True)]
            text = csv_text([header, *rows], raw)
            write_bytes(_free(target / "errors.csv"), text.encode(errors="surrogateescape"))
        return target

    def _save_images(self, folder: Path) -> list[str]:
        """The names of the pictures."""
        from trasluz.draw.provenance import chunks, save_png

        info = chunks("reconstructed", self.origin) if self.origin else None
        names = []
        for file, left, right in zip(self.files, self.originals, self.reconstructions, strict=True):
            path = _free(folder / f"{shown(Path(file).stem)}.png")
            save_png(path, np.concatenate([left, right], axis=1), info)
            names.append(path.name)
        return names

    def _save_arrays(self, folder: Path) -> list[str]:
        """The name of the one file, once per sample."""
        buffer = io.BytesIO()
        arrays = {"X": self.reconstructions, "original": self.originals}
        np.savez(buffer, allow_pickle=False, **arrays, **({} if self.lengths is None else {"lengths": self.lengths}))
        path = _free(folder / "reconstructions.npz")
        write_bytes(path, buffer.getvalue())
        return [path.name] * len(self.files)


def _free(path: Path) -> Path:
    candidate, number = path, 1
    while candidate.exists():
        number += 1
        candidate = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return candidate


@dataclass(frozen=True)
class SeedsResult(ShownInNotebooks):
    """Several seeds of one recipe: the runs, and per metric mean and 95 % interval (``over_seeds``), infinite
    where it is not known; ``note`` says why."""

    shown_by: ClassVar[str] = "trasluz.draw.notebook:seeds_shown"

    runs: tuple[Any, ...]
    table: dict[str, tuple[float, float, float]]

    @property
    def n(self) -> int:
        """How many seeds."""
        return len(self.runs)

    @property
    def note(self) -> str:
        """What the intervals mean, and why there is none where there is none."""
        return about_intervals(self.n, all(math.isfinite(low) for _mean, low, _high in self.table.values()))
