"""Early stopping (Prechelt 1998): stop when a metric has not improved for some epochs, and go back to the best."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from torch import Tensor

from trasluz.messages import _
from trasluz.recipe import EarlyStoppingSection
from trasluz.training.callbacks.base import Callback
from trasluz.training.checkpoint import write_checkpoint

if TYPE_CHECKING:
    from trasluz.training.loop import Loop


_DEFAULT = EarlyStoppingSection()


class EarlyStopping(Callback):
    """Follows the phase's ``early_stopping`` section; without one it only remembers the best validation loss.

    An improvement is a change by more than ``min_delta`` in the right direction.  Epochs before ``start_epoch``
    are not looked at.  The best weights travel with the checkpoint and end up in ``checkpoints/best``.
    """

    def __init__(self) -> None:
        self._reset()

    def _reset(self) -> None:
        self.best: float | None = None
        self.best_epoch = -1
        self.wait = 0
        self.weights: dict[str, Tensor] | None = None

    def on_phase_start(self, loop: Loop) -> None:
        """Each phase is judged afresh."""
        self._reset()

    def on_epoch_end(self, loop: Loop, record: dict[str, Any]) -> None:
        """Counts epochs without improvement and asks the loop to stop."""
        section = loop.train.early_stopping or _DEFAULT
        if record["epoch"] <= section.start_epoch or section.monitor not in record:
            return
        value = float(record[section.monitor])
        gain = math.inf if self.best is None else (self.best - value if section.mode == "min" else value - self.best)
        if gain > section.min_delta:
            self.best, self.best_epoch, self.wait = value, record["epoch"], 0
            self.weights = {name: v.detach().clone() for name, v in loop.engine.judged.state_dict().items()}
            return
        self.wait += 1
        if loop.train.early_stopping is not None and self.wait >= section.patience:
            self._stop(loop, section)

    def _stop(self, loop: Loop, section: EarlyStoppingSection) -> None:
        message = _("{monitor} has not improved for {patience} epochs; the best was {best:.5g} in epoch {epoch}.")
        values = {"monitor": section.monitor, "patience": section.patience, "best": self.best, "epoch": self.best_epoch}
        loop.stop_reason = message.format(**values)
        if section.restore_best and self.weights is not None:
            loop.engine.set_weights(self.weights)

    def on_end(self, loop: Loop) -> None:
        """Writes the best weights where a run that is opened with them finds them (``runs/weights.py``)."""
        if loop.lead and self.weights is not None:
            monitor = (loop.train.early_stopping or _DEFAULT).monitor
            state = {"networks": self.weights, "epoch": self.best_epoch, "value": self.best}
            state |= {"phase": loop.phase.name, "monitor": monitor}
            write_checkpoint(loop.folder.path / "checkpoints", "best", state)

    def state_dict(self) -> dict[str, Any]:
        """The best value and weights so far, and the epochs since."""
        return {"best": self.best, "best_epoch": self.best_epoch, "wait": self.wait, "weights": self.weights}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Puts the callback where ``state_dict`` left it."""
        self.best, self.best_epoch, self.wait = state["best"], state["best_epoch"], state["wait"]
        self.weights = state["weights"]
