"""What a study shows of one of its runs: the same few images through it, and where its codes lie.

Made once, when the run's training has ended, so that the page of a study opens no model and no data.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from trasluz.errors import DamagedError
from trasluz.evaluation.shapes import check_shapes
from trasluz.files import new_folder, whole_folder
from trasluz.look.through import Through
from trasluz.messages import _
from trasluz.reading import read_arrays, read_sealed, write_sealed
from trasluz.runs.weights import Weights

_FOLDER = "variant"
_ARRAYS = ("probabilities", "maps", "reconstructions", "errors", "samples")
_SHAPES = {
    "images": "uint8 n h w c",
    "probabilities": "float n k",
    "maps": "float n a b",
    "reconstructions": "uint8 n h w c",
    "errors": "float n",
    "samples": "uint8 s d e f",
    "codes": "float m p",
    "code_labels": "int m",
}


@dataclass(frozen=True)
class VariantPictures:
    """``through``: images through the model, with their ``names`` and true ``labels`` as text (empty: unknown).

    ``codes``: float32 ``[m, 2]`` on their two principal axes, ``None`` for a model without codes; ``code_labels``:
    int64 ``[m]`` of ``classes``, −1 for none.
    """

    through: Through
    names: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    codes: np.ndarray | None = None
    code_labels: np.ndarray | None = None
    classes: tuple[str, ...] = ()


def save_pictures(weights: Weights, found: VariantPictures) -> None:
    """Writes ``looks/variant/`` of these weights atomically.

    Raises:
        StorageError: it cannot be written.
    """
    through = found.through
    arrays = {name: getattr(through, name) for name in ("images", *_ARRAYS)}
    arrays |= {"codes": found.codes, "code_labels": found.code_labels}
    plain = {"names": found.names, "labels": found.labels, "classes": found.classes}
    plain |= {"answers": through.classes}
    with new_folder(weights.looks / _FOLDER) as folder:
        np.savez_compressed(folder / "arrays.npz", **{k: v for k, v in arrays.items() if v is not None})
        told = {name: list(texts) for name, texts in plain.items()}
        write_sealed(folder / "variant.json", {**told, "multi_label": through.multi_label, "model": weights.digest()})


def load_pictures(weights: Weights) -> VariantPictures | None:
    """What ``save_pictures`` wrote of these weights; ``None`` where there is none, or none that can be read."""
    folder = weights.looks / _FOLDER
    if not folder.is_dir():
        return None
    try:
        return whole_folder(lambda place: _load(place, weights))(folder)
    except (OSError, ValueError, KeyError, TypeError, DamagedError):
        return None


def _load(folder: Path, weights: Weights) -> VariantPictures | None:
    plain, arrays = read_sealed(folder / "variant.json"), read_arrays(folder / "arrays.npz")
    if not weights.made(plain["model"]):
        return None
    check_shapes(arrays, _SHAPES, frozenset({"images"}))
    texts = {name: tuple(str(text) for text in plain[name]) for name in ("names", "labels", "classes", "answers")}
    count = len(arrays["images"])
    if not len(texts["names"]) == len(texts["labels"]) == count:
        raise ValueError(_("{name} holds other than rows of the data").format(name="names"))
    more = {name: arrays.get(name) for name in _ARRAYS}
    through = Through(arrays["images"], texts["answers"], bool(plain["multi_label"]), **more)
    return VariantPictures(
        through, texts["names"], texts["labels"], arrays.get("codes"), arrays.get("code_labels"), texts["classes"]
    )
