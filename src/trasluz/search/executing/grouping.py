"""Which pieces train as one: those that differ in numbers only, on as many images each, and that ``vmap`` can compute.

Those of other widths or shapes are groups of their own.  Padding them with masked zeros would cost what the widest
costs, for networks whose time is the multiplication of matrices, so it is not done.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trasluz.data.data import Data
from trasluz.recipe import Recipe
from trasluz.training.population import stackable
from trasluz.training.population.stackable import kind_of
from trasluz.training.population.track import tracks_of


@dataclass(frozen=True)
class Group:
    """The numbers of pieces that train as one, or of one that trains alone; ``networks`` are those that differ."""

    pieces: tuple[int, ...]
    networks: int = 1

    @property
    def stacks(self) -> bool:
        """Whether there is something to train as one."""
        return len(self.pieces) > 1


def groups_of(recipes: Sequence[Recipe], data: Sequence[Data]) -> list[Group]:
    """The pieces in groups, in the order of their first ones; ``data``: what each trains on.

    Raises:
        RequestError: a recipe is wrong by itself, or does not fit its data.
    """
    kinds: dict[object, list[int]] = {}
    for number, (recipe, own) in enumerate(zip(recipes, data, strict=True)):
        kind = kind_of(recipe, len(own.split("train")))
        kinds.setdefault(("alone", number) if kind is None else (id(own.samples), *kind), []).append(number)
    return [group for numbers in kinds.values() for group in _tried(numbers, recipes, data)]


def _tried(numbers: Sequence[int], recipes: Sequence[Recipe], data: Sequence[Data]) -> list[Group]:
    """As one group where a try succeeds; else those of one length, if only that stood in the way; else one by one."""
    chosen, own = [recipes[i] for i in numbers], [data[i] for i in numbers]
    if len(numbers) == 1:
        return [Group(tuple(numbers))]
    if stackable(chosen, own) is None:
        return [Group(tuple(numbers), len(tracks_of(chosen, own)))]
    lengths: dict[int, list[int]] = {}
    for number in numbers:
        lengths.setdefault(recipes[number].resolved_phases()[0][1].epochs, []).append(number)
    if len(lengths) > 1:
        return [group for part in lengths.values() for group in _tried(part, recipes, data)]
    return [Group((number,)) for number in numbers]
