"""Film strip: what the model did with the same few images before and while it trained, from the frames it left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from trasluz.errors import DataError
from trasluz.evaluation.shapes import check_shapes
from trasluz.look.film import FOLDER, frame_files
from trasluz.look.result import Result
from trasluz.look.shown import Shown
from trasluz.look.subject import Subject
from trasluz.messages import N_, _
from trasluz.reading import read_arrays
from trasluz.recipe.base import Section
from trasluz.reporting import Reporter

HELP = N_("The same few images through the epochs: what the network made of them, and where it looked.")
DEFAULT = True
_MOST = 12  # frames; a run that was trained on has more
_NONE = np.zeros(0, np.float32)

Frame = dict[str, np.ndarray]


class Config(Section):
    """No options."""


@dataclass(frozen=True)
class FilmStripResult(Result):
    """Of f frames of n images; what the model cannot do is an empty array.

    ``epochs``: int64 ``[f]``, finished by then in all phases; ``steps``: int64 ``[f]``.  ``rows``: int64 ``[n]`` of the
    data.  ``images``: uint8 ``[n, h, w, c]``.  ``labels``: int64 ``[n]``, the class of each image, −1 where unknown or
    several; ``classes``: names.  ``reconstructions``: uint8 ``[f, n, h, w, c]`` with ``error``, the mean squared error
    of values in [0, 1], float32 ``[f, n]``.  ``samples``: uint8 ``[f, m, h, w, c]``.  ``probabilities``: float32
    ``[f, n, classes]``.  ``maps``: Grad-CAM before its ReLU, float32 ``[f, n, h', w']``, of the classes ``chosen``,
    int64 ``[f, n]``, at ``layer``.
    """

    epochs: np.ndarray
    steps: np.ndarray
    rows: np.ndarray
    images: np.ndarray
    labels: np.ndarray
    classes: tuple[str, ...]
    reconstructions: np.ndarray
    error: np.ndarray
    samples: np.ndarray
    probabilities: np.ndarray
    maps: np.ndarray
    chosen: np.ndarray
    layer: str


RESULT = FilmStripResult


def refusal(subject: Subject) -> str | None:
    """Needs frames, which only training can leave."""
    if subject.folder is None or not frame_files(subject.folder):
        return _("no frames were kept while it was trained")
    return None


def compute(subject: Subject, images: Shown | None, config: Config, reporter: Reporter) -> FilmStripResult:
    """Gathers the frames; images that somebody chose play no part, because training never showed them."""
    assert subject.folder is not None, "refusal() made sure of it"
    frames = _thinned([frame for path in frame_files(subject.folder) if (frame := _read(path)) is not None])
    if not frames:
        raise DataError(_("{path}: every frame is damaged.").format(path=subject.folder / "looks" / FOLDER))
    last = frames[-1]
    layer = str(last["layer"]) if "layer" in last else ""
    return FilmStripResult(
        epochs=np.array([_finished(subject, int(frame["step"])) for frame in frames], np.int64),
        steps=np.array([int(frame["step"]) for frame in frames], np.int64),
        rows=last["rows"],
        images=last["images"],
        labels=_labels(subject, last["rows"]),
        classes=subject.spec.classes,
        layer=layer,
        **{name: _together(frames, name) for name in ("reconstructions", "error", "samples", "probabilities")},
        **{name: _together(frames, name) for name in ("maps", "chosen")},
    )


_SHAPES = {
    "rows": "int n",
    "images": "uint8 n h w c",
    "step": "int",
    "reconstructions": "uint8 n i j d",
    "error": "float n",
    "samples": "uint8 m p q e",
    "probabilities": "float n k",
    "chosen": "int n",
    "maps": "float n u v",
    "layer": "text",
}


def _read(path: Path) -> Frame | None:
    """A frame; ``None`` where the file is damaged: a film lacks one then."""
    try:
        found = read_arrays(path)
        check_shapes(found, _SHAPES, frozenset({"rows", "images", "step"}))
    except (OSError, ValueError):
        return None
    return found


def _thinned(frames: Sequence[Frame]) -> list[Frame]:
    """At most 12 frames about evenly chosen, the first and the last among them, of the same images as the last."""
    same = [frame for frame in frames if np.array_equal(frame["rows"], frames[-1]["rows"])]
    if len(same) <= _MOST:
        return same
    return [same[int(index)] for index in np.linspace(0, len(same) - 1, _MOST).round()]


def _finished(subject: Subject, step: int) -> int:
    """How many epochs were finished by that step: one record was written after each."""
    return sum(int(record.get("step", 0)) <= step for record in subject.history)


def _together(frames: Sequence[Frame], name: str) -> np.ndarray:
    """The arrays of all frames, empty where one has none or of another shape (a network that grew)."""
    found = [frame[name] for frame in frames if name in frame]
    if len(found) < len(frames) or len({array.shape for array in found}) > 1:
        return _NONE
    return np.stack(found)


def _labels(subject: Subject, rows: np.ndarray) -> np.ndarray:
    labels = subject.data.labels
    if labels is None or labels.ndim != 1:
        return np.full(len(rows), -1, np.int64)
    return np.asarray(labels[rows], np.int64)
