"""What a caller gives: a recipe or data, by a name or a path, or samples in memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeGuard

import numpy as np

from trasluz.data.arrays import from_arrays
from trasluz.data.read.raw import Raw
from trasluz.data.sources.base import require_source
from trasluz.errors import DataError, RequestError
from trasluz.messages import _
from trasluz.recipe import Recipe, is_recipe

Source = str | Path | Raw | np.ndarray | tuple[Any, ...]

_OF_A_RUN = "run:"


def in_memory(data: Raw | np.ndarray | tuple[Any, ...]) -> Raw:
    """Samples given as arrays: alone, or with their labels (and the lengths of sequences).

    Raises:
        DataError: they are no samples, or more arrays than these.
    """
    if isinstance(data, Raw):
        return data
    if not isinstance(data, tuple):
        return from_arrays(data)
    if not 1 <= len(data) <= 3:
        message = _("data: {count} arrays were given; give samples, (samples, labels) or (samples, labels, lengths).")
        raise DataError(message.format(count=len(data)))
    samples, labels, lengths = (*data, None, None)[:3]
    return from_arrays(samples, labels, lengths=lengths)


def names_data(given: str | Path | Recipe | Source) -> TypeGuard[Source]:
    """Whether ``given`` means data: not a recipe, but something that is there.

    A name that is both is the recipe's; a folder of that name is ``./name``.
    """
    if isinstance(given, Recipe):
        return False
    if not isinstance(given, (str, Path)):
        return True
    if is_recipe(given):
        return False
    try:
        if not str(given).startswith(_OF_A_RUN):
            require_source(str(given))
    except DataError:
        return False
    return True


def as_recipe(given: str | Path | Recipe | Source) -> str | Path | Recipe:
    """``given``, which does not mean data."""
    assert isinstance(given, (str, Path, Recipe)), "everything else means data"
    return given


def require_no_choice(minutes: float | None, purpose: str | None) -> None:
    """Refuses what only says something of a choice where a recipe was given.

    Raises:
        RequestError: names it.
    """
    given = "--minutes" if minutes is not None else "--for" if purpose is not None else None
    if given is not None:
        message = _(
            "{option}: is for data in the place of a recipe, for which one is chosen; a recipe says itself what it "
            "trains and for how many epochs (--set train.epochs=N)."
        )
        raise RequestError(message.format(option=given))
