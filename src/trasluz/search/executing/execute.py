"""execute(): trains many recipes in the quickest way that gives each what it would be alone."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import nullcontext

from trasluz.data.data import Data
from trasluz.errors import DivergedError
from trasluz.recipe import Recipe
from trasluz.reporting import Reporter
from trasluz.runs.held import HeldRun
from trasluz.search.executing.choice import choose_way
from trasluz.search.executing.grouping import Group, groups_of
from trasluz.search.executing.keeping import keep
from trasluz.search.executing.piece import Done, Piece
from trasluz.search.executing.pool import train_in_processes
from trasluz.training.fit import fit
from trasluz.training.population.fit import train_together
from trasluz.training.store import MemoryStore

_MOST = 512  # networks of a population: more gain nothing, and their weights take memory several times over


def execute(
    pieces: Sequence[Piece],
    data: Data,
    reporter: Reporter = Reporter(),  # noqa: B008 - without state
    *,
    processes: int | None = None,
) -> Iterator[Done]:
    """Trains every piece on ``data``, or on its own, and gives each as it is done, in no order.

    Those that differ in numbers alone train as one where a trial says that this pays; the rest by ``processes``, as
    many as there are cores by default, or one after the other where there is one.  A piece that diverges is a result.

    Raises:
        RequestError: a recipe is wrong, does not fit its data, or its store cannot be made in another process.
        Interrupted: Ctrl-C or SIGTERM; what is done was given, and what trained as one is lost.
        WorkError: a training failed.
    """
    recipes = [piece.recipe for piece in pieces]
    where = [data if piece.data is None else piece.data for piece in pieces]
    several = processes if processes is not None else (os.cpu_count() or 1)
    rest: list[int] = []
    for group in _parts(groups_of(recipes, where)):
        if not group.stacks:
            rest += group.pieces
            continue
        choice = choose_way(group, recipes, where, several)
        reporter.say(choice.sentence())
        if choice.stacked:
            yield from _as_one(group, pieces, where, choice.facts(), reporter)
        else:
            rest += group.pieces
    if several > 1 and len(rest) > 1 and not any(_needs_device(recipes[i]) for i in rest):
        yield from train_in_processes(sorted(rest), pieces, where, several)
        return
    for number in sorted(rest):
        yield _alone(number, pieces[number], where[number], reporter)


def _parts(groups: Sequence[Group]) -> Iterator[Group]:
    """The groups, large ones in parts of nearly equal size."""
    for group in groups:
        count = -(-group.networks // _MOST)
        size = -(-len(group.pieces) // count)
        for start in range(0, len(group.pieces), size):
            part = group.pieces[start : start + size]
            yield group if count == 1 else Group(part, len(part))


def _as_one(
    group: Group, pieces: Sequence[Piece], data: Sequence[Data], facts: dict[str, object], reporter: Reporter
) -> Iterator[Done]:
    """Trains a group as one in memory, and keeps each when it has ended."""
    own = [pieces[i] for i in group.pieces]
    memories = [MemoryStore() for _piece in own]
    recipes, where = [piece.recipe for piece in own], [data[i] for i in group.pieces]
    started = time.perf_counter()
    for ended in train_together(recipes, where, memories, reporter=reporter):
        seconds = (time.perf_counter() - started) / len(own)
        numbers = [number for number, _result in ended]
        for number in numbers:
            known = memories[number].info()
            memories[number].update_info(
                population={**known["population"], **facts}, timings={"training_seconds": seconds}
            )
        keep([own[number] for number in numbers], [memories[number] for number in numbers])
        for number, result in ended:
            memories[number] = MemoryStore()  # what was kept needs no memory any more
            yield Done(group.pieces[number], result, "population", seconds)


def _alone(number: int, piece: Piece, data: Data, reporter: Reporter) -> Done:
    started, store = time.perf_counter(), piece.make_store()
    try:
        with store.lock if isinstance(store, HeldRun) else nullcontext():
            outcome = fit(piece.recipe, data, store, reporter=reporter)
    except DivergedError as error:
        return Done(number, error, "alone", time.perf_counter() - started)
    return Done(number, outcome, "alone", time.perf_counter() - started)


def _needs_device(recipe: Recipe) -> bool:
    """Whether trainings side by side would be in each other's way: on a GPU, or as several processes each."""
    from trasluz.model.hardware import choose

    return choose(recipe.compute).device != "cpu" or recipe.compute.devices * recipe.compute.nodes > 1
