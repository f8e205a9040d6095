"""The film of a training: a frame before it and after about nine of its epochs (``look/film.py`` says what of).

Frames lie in the run's ``looks/film-frames/`` as arrays; a resumed run writes the same ones again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from trasluz.look.film import FOLDER, RECORDED, film_epochs, fixed_rows, frame, mapped_layers
from trasluz.look.maps.layouts import Layout
from trasluz.look.subject import Subject
from trasluz.model.model import Model
from trasluz.training.callbacks.base import Callback

if TYPE_CHECKING:
    from trasluz.training.loop import Loop


class FilmStrip(Callback):
    """Writes ``looks/film-frames/<global step>.npz`` of image data, for families that reconstruct, generate or give
    scores.

    ``epoch`` (of all phases as planned), ``step`` and ``rows`` (of the data) int64; ``images`` uint8 ``[n, h, w, c]``,
    no side longer than 96; then what the model can do: ``reconstructions`` uint8 alike with ``error``, the mean squared
    error in [0, 1] float32 ``[n]``; ``samples`` uint8 alike; ``probabilities`` float32 ``[n, classes]`` with
    ``chosen``, the class int64 ``[n]`` that each map is of (the first label, or without one the likeliest class); and
    ``maps``, Grad-CAM at the last convolution before its ReLU, float32 ``[n, h', w']``, with the ``layer``'s name.
    """

    def __init__(self) -> None:
        self._phase, self._layers = -1, dict[str, Layout]()

    def on_start(self, loop: Loop) -> None:
        """Forgets frames of steps that are yet to come: another training may lead there."""
        for name in loop.store.array_names(FOLDER) if loop.lead else ():
            if int(name.rsplit("/", 1)[-1]) > loop.global_step:
                loop.store.delete_arrays(name)

    def on_phase_start(self, loop: Loop) -> None:
        """The frame before training."""
        if loop.phase_number == 0:
            self._shoot(loop, 0)

    def on_epoch_end(self, loop: Loop, record: dict[str, Any]) -> None:
        """A frame where one is due: after the epochs of ``film_epochs``, and where a phase stops early."""
        epochs = [train.epochs for _phase, train in loop.phases]
        epoch = sum(epochs[: loop.phase_number]) + record["epoch"]
        if epoch in film_epochs(sum(epochs)) or loop.stop_reason is not None:
            self._shoot(loop, epoch)

    def _shoot(self, loop: Loop, epoch: int) -> None:
        if not loop.lead or loop.data.kind != "image" or not loop.family.capabilities.intersection(RECORDED):
            return
        model = Model(loop.family, loop.engine.evaluated, loop.preprocess, loop.data.spec, loop.engine.device)
        subject = Subject(model, lambda: loop.data, split="valid")
        if self._phase != loop.phase_number:  # a phase may go on with another network, an epoch does not
            self._phase, self._layers = loop.phase_number, mapped_layers(subject)
        arrays = frame(subject, fixed_rows(loop.data), loop.recipe.seed, self._layers)
        arrays |= {"epoch": np.asarray(epoch, np.int64), "step": np.asarray(loop.global_step, np.int64)}
        loop.store.write_arrays(f"{FOLDER}/{loop.global_step:09d}", arrays)
