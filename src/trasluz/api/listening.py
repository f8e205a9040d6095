"""Who listens to the work behind a verb: whom the caller names, the notebook that it runs in, or nobody."""

from __future__ import annotations

from trasluz.draw.live import in_notebook
from trasluz.reporting import Reporter


def listening(reporter: Reporter | None) -> Reporter:
    """``reporter``, or without one what shows sentences and progress in a notebook, and elsewhere nothing."""
    if reporter is not None:
        return reporter
    if not in_notebook():
        return Reporter()
    from trasluz.draw.notebook_reporter import NotebookReporter

    return NotebookReporter()
