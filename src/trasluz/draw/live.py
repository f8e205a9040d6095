"""Curves that grow while a notebook trains. IPython is used where it runs, and not needed anywhere else."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from trasluz.draw.history import Record
from trasluz.training.callbacks.base import Callback

if TYPE_CHECKING:
    from trasluz.training.loop import Loop


def in_notebook() -> bool:
    """Whether a Jupyter kernel is running this process."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell is not None and hasattr(shell, "kernel")


class LiveCurves:
    """Draws a run's learning curves in place, again at every ``update``.

    ``metric`` is the one to follow; by default the loss.  The display handle is the only state.
    """

    def __init__(self, metric: str = "loss") -> None:
        self.metric = metric
        self._handle: Any = None

    def update(self, history: Sequence[Record]) -> None:
        """Redraws from all records so far (as ``metrics.jsonl`` holds them); does nothing before the first."""
        from IPython.display import display

        from trasluz.draw.curves import learning_curves
        from trasluz.draw.history import read_history

        if not history:
            return
        # The bundle, not the figure: a figure displays itself anew instead of replacing what is there.
        bundle = learning_curves(read_history(history), self.metric)._repr_mimebundle_()
        if self._handle is None:
            self._handle = display(bundle, raw=True, display_id=True)
        else:
            self._handle.update(bundle, raw=True)


class LiveCurvesCallback(Callback):
    """Keeps live curves in step with a training loop; a resumed run shows its earlier epochs too."""

    def __init__(self, metric: str = "loss") -> None:
        self._curves = LiveCurves(metric)
        self._records: list[Record] = []

    def on_start(self, loop: Loop) -> None:
        """Reads what the run has recorded so far."""
        self._records = list(loop.store.metrics())
        self._curves.update(self._records)

    def on_epoch_end(self, loop: Loop, record: dict[str, Any]) -> None:
        """Adds an epoch to the curves."""
        self._records.append(dict(record))
        self._curves.update(self._records)
