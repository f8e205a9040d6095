"""A piece of work, the training of one recipe, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Literal, Protocol, runtime_checkable

from trasluz.data.data import Data
from trasluz.errors import DivergedError
from trasluz.model.model import Model
from trasluz.recipe import Recipe
from trasluz.training.callbacks.base import Callback
from trasluz.training.store import Store

How = Literal["population", "process", "alone"]


@runtime_checkable
class MadeWhole(Protocol):
    """What makes a store and can do so when its training has ended: then nobody sees it before it is whole, so that it
    needs no lock, and each of its files is written once."""

    def whole(self, **facts: Any) -> AbstractContextManager[Store]:
        """The store to be filled, which says ``facts`` of its training; it is in its place when the block ends."""


@dataclass(frozen=True)
class Piece:
    """One recipe to train.

    ``make_store`` makes the place where its training is kept: of a population when it has ended, else before it begins,
    perhaps in another process, so it has to be a function that can be pickled (of a module, or a ``partial`` of one).
    Of a population it is made whole where it is ``MadeWhole``.
    ``data``: what it trains on, where it is not what all do: the same samples with splits of its own, as of a fold.
    ``filmed``: whether it leaves a film and grids of samples, as trainings by themselves do: hundreds are quicker
    without.
    """

    recipe: Recipe
    make_store: Callable[[], Store]
    data: Data | None = None
    filmed: bool = False


def callbacks_of(filmed: bool) -> list[Callback]:
    """What watches a training that is ``filmed``."""
    if not filmed:
        return []
    # Here, because processes that film nothing need not wait for all looks.
    from trasluz.training.callbacks.film_strip import FilmStrip
    from trasluz.training.callbacks.samples import SampleGrid
    from trasluz.training.callbacks.translations import TranslatedExamples

    return [SampleGrid(), TranslatedExamples(), FilmStrip()]


@dataclass(frozen=True)
class Done:
    """What came of the piece with the number ``index``, how it was trained, and the seconds that it took.

    Of a population these are its seconds over its members.
    """

    index: int
    outcome: Model | DivergedError
    how: How
    seconds: float
