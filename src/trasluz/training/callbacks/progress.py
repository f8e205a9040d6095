"""The progress bar of training: one bar over all epochs, with images per second, time left and the last scores.

Where a phase trains on features that were computed once, its steps take these and not images, which is said.
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from trasluz.messages import _
from trasluz.metrics.names import metric_name, metric_value, told_once
from trasluz.reporting import Reporter, Task
from trasluz.training.callbacks.base import Callback

if TYPE_CHECKING:
    from trasluz.training.loop import Loop

_SECONDS = 0.1  # between two moves of the bar
# What is shown of an epoch, as far as its family measures it: losses, and how good the model is.
_SHOWN = ("train/loss", "valid/loss", "valid/accuracy", "valid/mse", "valid/psnr", "valid/sample_distance")
_Scores = dict[str, tuple[float, int]]  # by name: the last value, and the epoch that it was measured in


class ProgressBar(Callback):
    """Tells the reporter how far training is."""

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter
        self._stack = ExitStack()
        self._task = Task()
        self._note = self._after = self._phase = ""
        self._scores: _Scores = {}
        self._on_features = False
        self._waiting, self._told = 0, 0.0

    def on_start(self, loop: Loop) -> None:
        """Opens the bar over what is left of all phases."""
        title = _("Training {name}").format(name=loop.recipe.name)
        counted = _("images") if loop.data.kind == "image" else _("samples")
        self._task = self._stack.enter_context(self._reporter.task(title, total=loop.samples_left(), counted=counted))

    def on_step(self, loop: Loop, samples: int) -> None:
        """Moves the bar, ten times a second at most."""
        self._waiting += samples
        if time.monotonic() >= self._told + _SECONDS:
            self._tell(loop, loop.epoch + 1, self._after)

    def _tell(self, loop: Loop, epoch: int, note: str) -> None:
        pattern = (
            _("on features computed once, epoch {epoch}/{epochs}") if self._on_features else _("epoch {epoch}/{epochs}")
        )
        when = pattern.format(epoch=epoch, epochs=loop.train.epochs)
        self._task.advance(self._waiting, f"{when} {note}".strip())
        self._waiting, self._told = 0, time.monotonic()

    def on_features(self, loop: Loop, done: int, whole: int) -> None:
        """Says how far the features are, beside the bar."""
        self._on_features = True
        self._task.advance(0, _("features of {done}/{whole} images").format(done=done, whole=whole))

    def on_epoch_end(self, loop: Loop, record: dict[str, Any]) -> None:
        """Shows the scores of the epoch beside the bar; while the next one runs, as those after this epoch.

        An epoch without validation leaves the scores of the last one that had it, with that epoch's number.
        """
        self._scores |= {name: (float(record[name]), loop.epoch) for name in _SHOWN if name in record}
        self._note = numbers = _said(self._scores, loop.epoch)
        self._after = _("(after epoch {epoch}: {numbers})").format(epoch=loop.epoch, numbers=numbers) if numbers else ""
        self._phase = loop.phase.name
        self._tell(loop, loop.epoch, numbers)

    def on_phase_start(self, loop: Loop) -> None:
        """Says that the last scores are those of the phase before."""
        self._on_features = False
        if self._after and self._phase != loop.phase.name:
            self._after = _("(after phase {phase}: {numbers})").format(phase=self._phase, numbers=self._note)
            self._scores = {}

    def on_end(self, loop: Loop) -> None:
        """Closes the bar."""
        self._stack.close()


def _said(scores: _Scores, now: int) -> str:
    """The scores in people's words, training before validation; each with its epoch where that is not ``now``."""
    once = told_once({name: scores[name][0] for name in _SHOWN if name in scores})
    patterns = {"train": _("training: {numbers}"), "valid": _("validation: {numbers}")}
    parts = []
    for split, pattern in patterns.items():
        told = [_score(name, *scores[name], now) for name in once if name.startswith(f"{split}/")]
        parts += [pattern.format(numbers=", ".join(told))] if told else []
    return " · ".join(parts)


def _score(name: str, value: float, epoch: int, now: int) -> str:
    told = f"{metric_name(name)} {metric_value(name, value)}"
    return told if epoch == now else f"{told} ({_('epoch')} {epoch})"
