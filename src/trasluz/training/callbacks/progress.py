"""The progress bar of training: one bar over all epochs, with images per second, time left and the last scores."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from trasluz.messages import _
from trasluz.reporting import Reporter, Task
from trasluz.training.callbacks.base import Callback

if TYPE_CHECKING:
    from trasluz.training.loop import Loop


class ProgressBar(Callback):
    """Tells the reporter how far training is."""

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter
        self._stack = ExitStack()
        self._task = Task()
        self._note = ""

    def on_start(self, loop: Loop) -> None:
        """Opens the bar over what is left of all phases."""
        title = _("Training {name}").format(name=loop.recipe.name)
        self._task = self._stack.enter_context(self._reporter.task(title, total=loop.samples_left(), unit=_("images")))

    def on_step(self, loop: Loop, samples: int) -> None:
        """Moves the bar."""
        place = _("epoch {epoch}/{epochs}").format(epoch=loop.epoch + 1, epochs=loop.train.epochs)
        self._task.advance(samples, f"{place} {self._note}".strip())

    def on_features(self, loop: Loop, done: int, whole: int) -> None:
        """Says how far the features are, beside the bar."""
        self._task.advance(0, _("features of {done}/{whole} images").format(done=done, whole=whole))

    def on_epoch_end(self, loop: Loop, record: dict[str, Any]) -> None:
        """Shows the scores of the epoch beside the bar."""
        shown = [name for name in ("train/loss", "valid/loss", "valid/accuracy", "valid/mse") if name in record]
        self._note = " · ".join(f"{name} {record[name]:.4g}" for name in shown)

    def on_end(self, loop: Loop) -> None:
        """Closes the bar."""
        self._stack.close()
