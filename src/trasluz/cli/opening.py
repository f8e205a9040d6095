"""What a command was given: its run, with the weights that it was asked for, and its data.

What is not there is refused at once, not after PyTorch was imported.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from trasluz.cli.console import Console

if TYPE_CHECKING:
    from trasluz.api import Run


def open_run(console: Console, path: Path, weights: str, place: str | None = None) -> Run:
    """The run; says which weights it was opened with where these are not the final ones, and if it has not finished.

    ``place``: where its data lie now.

    Raises:
        RunError: not a run folder, or one that kept no weights of its best epoch; or other data than its own.
        RequestError: weights of another name.
        DataError: there is nothing in that place.
    """
    from trasluz import api
    from trasluz.runs.folder import RunFolder

    RunFolder.open(path)
    require_data(place)
    run = api.open_run(path, weights=weights)
    for note in (run.weights_note, run.unfinished_note):
        if note:
            console.say(note)
    if place is not None:
        run.take_data(place, console)
    return run


def require_data(source: str | None) -> None:
    """Refuses data that are not there; ``None`` and images of a run (``run:PATH``) are left to those who open them.

    Raises:
        DataError: there is nothing of that name or path.
    """
    from trasluz.data.sources.base import require_source

    if source is not None and not source.startswith("run:"):
        require_source(source)
