"""A grid of samples from the same latents after every epoch, so that one can see how a generator changes.

Kept as arrays under ``looks/samples/``, one small file per epoch, and overwritten alike when a resumed run comes by
again.  Training is not changed by it: the draws are its own.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from trasluz.families.capabilities import Generates, ask
from trasluz.metrics.reconstruction import to_uint8
from trasluz.model.evaluation_mode import evaluation_mode
from trasluz.rng import Rng
from trasluz.training.callbacks.base import Callback

if TYPE_CHECKING:
    from trasluz.training.loop import Loop

FOLDER = "samples"
_GRID = 64
_VALUES = 3_000_000  # of one file: 64 images of 125×125 in colour, fewer of larger ones
_FILES = 100  # of one phase, about


class SampleGrid(Callback):
    """Writes ``looks/samples/<global step>.npz`` for every family that can ``generate``.

    ``images`` uint8 ``[n, h, w, c]`` (64, fewer of large images), ``epoch`` and ``step`` (int64).  A phase of more
    than 100 epochs keeps every second, third, …, and its last.
    """

    def on_epoch_end(self, loop: Loop, record: dict[str, Any]) -> None:
        """Generates and writes the grid, from the weights that evaluation uses."""
        if not loop.lead or "generate" not in loop.family.capabilities:
            return
        last = record["epoch"] == loop.train.epochs or loop.stop_reason is not None
        if last or record["epoch"] % math.ceil(loop.train.epochs / _FILES) == 0:
            facts = {"epoch": np.array(record["epoch"], np.int64), "step": np.array(loop.global_step, np.int64)}
            loop.store.write_arrays(f"{FOLDER}/{loop.global_step:09d}", {"images": _grid(loop), **facts})


def _grid(loop: Loop) -> np.ndarray:
    family = ask(loop.family, Generates)
    device = loop.engine.device
    count = int(np.clip(_VALUES // max(math.prod(loop.data.spec.shape), 1), 1, _GRID))
    rng = Rng(loop.recipe.seed).child(FOLDER).at(0, 0, torch.arange(count, device=device))
    networks = loop.engine.evaluated
    with evaluation_mode(networks, device), loop.engine.forward():
        return to_uint8(family.generate(networks, count, rng))
