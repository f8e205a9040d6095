"""What is wrong with a request to train on data, as far as it can be said at once: before PyTorch is imported, which
takes seconds, and before data are looked at for long.

Nothing here decides; what passes is looked at again where the recipe is chosen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from trasluz.choosing.look import look
from trasluz.choosing.purposes import check_purpose, settle_purpose
from trasluz.choosing.request import check_request
from trasluz.components import knows
from trasluz.data.sources.base import PACKAGE, locate
from trasluz.recipe import Recipe
from trasluz.reporting import Reporter, Task

_READ_QUICKLY = (".csv", ".tsv", ".npz")
_LARGEST = 32 << 20  # bytes of a file that is read here and again later
# What the recipe that will be chosen decides: which fields there are depends on its family and its optimiser.
_LATER = ("model", "phases", "train.optimiser", "train.optimisers", "train.schedule")


def check_before(
    source: str, fields: Mapping[str, Any], minutes: float | None, purpose: str | None, reporter: Reporter
) -> None:
    """Refuses a request that cannot be trained: wrong fields, a wrong purpose, or data that are none for it.

    Raises:
        RequestError: the data, a field, the purpose or the minutes do not do.
    """
    check_request(fields, minutes)
    check_fields(fields)
    check_purpose(purpose)
    if not _quick(source):
        return
    of_data = {name: value for name, value in fields.items() if name == "data" or name.startswith("data.")}
    section = Recipe().override({**of_data, "data.source": source}).data
    settle_purpose(look(section, _Quiet(reporter)), purpose)


def check_fields(fields: Mapping[str, Any]) -> None:
    """Refuses fields that no recipe has and values that they cannot have.

    Raises:
        RecipeError: names the field, and what is allowed.
    """
    known = {name: value for name, value in fields.items() if not _is_later(name)}
    Recipe().override(known)


def _is_later(name: str) -> bool:
    return any(name == later or name.startswith(f"{later}.") for later in _LATER)


def _quick(source: str) -> bool:
    """Whether it is a folder, whose listing and headers are remembered, or a small file."""
    if source.startswith("run:") or knows(PACKAGE, source):
        return False
    path: Path = locate(source)
    if path.is_dir():
        return True
    return path.suffix.lower() in _READ_QUICKLY and path.is_file() and path.stat().st_size <= _LARGEST


class _Quiet(Reporter):
    """Shows how far it is and says nothing, because the choice says it again."""

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter

    @contextmanager
    def task(self, title: str, total: int | None = None, counted: str = "") -> Iterator[Task]:
        """As the listener shows it."""
        with self._reporter.task(title, total, counted) as task:
            yield task
