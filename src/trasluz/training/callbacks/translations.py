"""The same few images of every domain translated into every domain after each epoch, for pages.

Kept as arrays under ``looks/translations.npz`` and written anew each time.  Training is not changed by it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from trasluz.data.data import Data
from trasluz.families.capabilities import Translates, ask
from trasluz.metrics.reconstruction import to_uint8
from trasluz.model.evaluation_mode import evaluation_mode
from trasluz.training.callbacks.base import Callback

if TYPE_CHECKING:
    from trasluz.training.loop import Loop

NAME = "translations"
_OF_EACH = 6


class TranslatedExamples(Callback):
    """Writes ``originals`` uint8 ``[n, h, w, c]``, their ``domain`` and ``rows`` int64 ``[n]``, ``domains`` (names) and
    ``made`` uint8 ``[domains, n, h, w, c]``, for every family that can ``translate``.
    """

    def on_epoch_end(self, loop: Loop, record: dict[str, Any]) -> None:
        """Translates and writes, from the weights that evaluation uses."""
        if loop.lead and "translate" in loop.family.capabilities:
            loop.store.write_arrays(NAME, _translated(loop))


def _rows(data: Data) -> np.ndarray:
    """The first images of each domain for validation, or for training where there are none."""
    assert data.domain is not None, "a family that translates was built for domains"
    rows = data.split("valid") if len(data.split("valid")) else data.split("train")
    return np.concatenate([rows[data.domain[rows] == d][:_OF_EACH] for d in range(len(data.domains))])


def _translated(loop: Loop) -> dict[str, np.ndarray]:
    family = ask(loop.family, Translates)
    data, rows, networks = loop.data, _rows(loop.data), loop.engine.evaluated
    assert data.domain is not None, "see _rows"
    pixels = loop.preprocess.to_pixels(
        torch.from_numpy(np.ascontiguousarray(data.samples[rows])).to(loop.engine.device)
    )
    inputs = loop.preprocess.normalise(pixels)
    with evaluation_mode(networks, loop.engine.device), loop.engine.forward():
        made = [to_uint8(family.translate(networks, inputs, domain)) for domain in range(len(data.domains))]
    return {
        "originals": to_uint8(pixels),
        "made": np.stack(made),
        "domain": data.domain[rows],
        "rows": rows,
        "domains": np.array(data.domains),
    }
