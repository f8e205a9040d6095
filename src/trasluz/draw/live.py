"""Curves that grow while a notebook trains. IPython is used where it runs, and not needed anywhere else."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from trasluz.draw.history import Record
from trasluz.evaluation.shown import display
from trasluz.messages import _
from trasluz.training.callbacks.base import Callback

if TYPE_CHECKING:
    from trasluz.training.loop import Loop

_REST = 20  # times what drawing took pass before the next one, so that it costs a twentieth at most


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
        from trasluz.draw.curves import learning_curves
        from trasluz.draw.history import read_history
        from trasluz.draw.outputs import of_figure

        if not history:
            return
        read = read_history(history)
        figure = learning_curves(read, self.metric)
        # The bundle, not the figure: a figure displays itself anew instead of replacing what is there.
        bundle = of_figure(figure, _said(history[-1])).bundle()
        if self._handle is None:
            self._handle = display(bundle, replaceable=True)
        else:
            self._handle.update(bundle, raw=True)


def _said(record: Record) -> str:
    """The numbers of an epoch, for whom the picture is nothing."""
    from trasluz.draw.names import metric_name, metric_value, split_name

    scores = [name for name in record if name.startswith(("train/", "valid/"))]
    named = ((name, *name.split("/", 1)) for name in scores)
    texts = (
        f"{metric_name(key)} ({split_name(split)}) {metric_value(key, float(record[key]))}" for key, split, _n in named
    )
    return " · ".join((_("Epoch {epoch}").format(epoch=record.get("epoch", "")), *texts))


class LiveCurvesCallback(Callback):
    """Keeps live curves in step with a training loop; a resumed run shows its earlier epochs too.

    Drawing takes tenths of a second, so that of short epochs only some are drawn, and the last.
    """

    def __init__(self, metric: str = "loss") -> None:
        self._curves = LiveCurves(metric)
        self._records: list[Record] = []
        self._took = self._drawn = 0.0

    def on_start(self, loop: Loop) -> None:
        """Reads what the run has recorded so far."""
        self._records = list(loop.store.metrics())
        self._curves.update(self._records)

    def on_epoch_end(self, loop: Loop, record: dict[str, Any]) -> None:
        """Adds an epoch to the curves."""
        self._records.append(dict(record))
        if time.monotonic() - self._drawn >= _REST * self._took:
            self._draw()

    def on_end(self, loop: Loop) -> None:
        """Draws what is whole now."""
        self._draw()

    def _draw(self) -> None:
        started = time.monotonic()
        self._curves.update(self._records)
        self._drawn = time.monotonic()
        self._took = self._drawn - started
