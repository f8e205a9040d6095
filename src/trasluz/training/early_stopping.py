"""Early stopping (Prechelt 1998): the best epoch and its weights so far, and when to give up on a better one.

It is part of the loop's state, because the best weights belong to the trained model whoever watches: they are kept as
the checkpoint ``best`` when training ends, and are gone back to where the recipe asks for it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Protocol

from torch import Tensor

from trasluz.messages import _
from trasluz.metrics.names import metric_name, split_name
from trasluz.numerals import numeral
from trasluz.recipe import EarlyStoppingSection

_DEFAULT = EarlyStoppingSection()


class HasWeights(Protocol):
    """Networks, as far as their weights are asked for."""

    def state_dict(self) -> dict[str, Any]:
        """Every weight by its name."""


class EarlyStopping:
    """Follows a phase's ``early_stopping`` section; without one it only remembers the best validation loss.

    An improvement is a change by more than ``min_delta`` in the right direction.  Epochs before ``start_epoch``
    are not looked at.  What is observed in an epoch is of the weights as training left them: where the running
    statistics of batch norms lag (``training/running_statistics.py``), early epochs look worse than their weights are
    and a phase's last epoch, after which they are computed anew, can win by that alone.  The weights that it remembers
    are always those that gave the value.
    """

    def __init__(self, section: EarlyStoppingSection | None) -> None:
        self._stops = section is not None
        self.section = section or _DEFAULT
        self.best: float | None = None
        self.best_epoch = -1
        self.wait = 0
        self.weights: dict[str, Tensor] | None = None

    def observe(self, record: Mapping[str, Any], networks: HasWeights) -> str | None:
        """Looks at an epoch's ``record`` and the ``networks`` after it; a sentence where it is time to stop."""
        section = self.section
        if record["epoch"] <= section.start_epoch or section.monitor not in record:
            return None
        value = float(record[section.monitor])
        gain = math.inf if self.best is None else (self.best - value if section.mode == "min" else value - self.best)
        if gain > section.min_delta:
            self.best, self.best_epoch, self.wait = value, record["epoch"], 0
            self.weights = {name: v.detach().clone() for name, v in networks.state_dict().items()}
            return None
        self.wait += 1
        return self._sentence() if self._stops and self.wait >= section.patience else None

    @property
    def weights_to_restore(self) -> dict[str, Tensor] | None:
        """The weights to go back to when it stops; ``None`` to end with those of the last epoch."""
        return self.weights if self.section.restore_best else None

    def checkpoint(self, phase: str) -> dict[str, Any] | None:
        """The best weights as ``runs/weights.py`` reads them; ``None`` where no epoch was looked at."""
        if self.weights is None:
            return None
        when = {"epoch": self.best_epoch, "value": self.best, "phase": phase, "monitor": self.section.monitor}
        return {"networks": self.weights, **when}

    def state_dict(self) -> dict[str, Any]:
        """The best value and weights so far, and the epochs since."""
        return {"best": self.best, "best_epoch": self.best_epoch, "wait": self.wait, "weights": self.weights}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Puts it where ``state_dict`` left it."""
        self.best, self.best_epoch, self.wait = state["best"], state["best_epoch"], state["wait"]
        self.weights = state["weights"]

    def _sentence(self) -> str:
        message = _(
            "{monitor} was measured {patience} times without being better than {best}, its best, in epoch {epoch}."
        )
        key = self.section.monitor
        monitor = f"{metric_name(key)} ({split_name(key.partition('/')[0])})"
        told = {"monitor": monitor, "patience": self.section.patience, "epoch": self.best_epoch}
        return message.format(**told, best=numeral(f"{self.best:.5g}"))
