"""execute(): trains many recipes in the quickest way that gives each what it would be alone."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, nullcontext
from pathlib import Path

from trasluz.data.data import Data
from trasluz.errors import CheckpointError, DivergedError
from trasluz.messages import ngettext
from trasluz.recipe import Recipe
from trasluz.reporting import Reporter
from trasluz.runs.held import HeldRun
from trasluz.search.executing.choice import Choice, choose_way, processes_pay
from trasluz.search.executing.grouping import Group, groups_of
from trasluz.search.executing.keeping import keep
from trasluz.search.executing.piece import Done, Piece, callbacks_of
from trasluz.search.executing.pool import start_seconds, train_in_processes
from trasluz.search.executing.unfinished import Begun, Keeping, begun_in, key_of, refuse
from trasluz.training.fit import fit
from trasluz.training.population.fit import train_together
from trasluz.training.population.pace import Alone
from trasluz.training.store import MemoryStore

_MOST = 512  # networks of a population: more gain nothing, and their weights take memory several times over


def execute(
    pieces: Sequence[Piece],
    data: Data,
    reporter: Reporter = Reporter(),  # noqa: B008 - without state
    unfinished: Path | None = None,
    *,
    processes: int | None = None,
    start: float | None = None,
) -> Iterator[Done]:
    """Trains every piece on ``data``, or on its own, and gives each as it is done, in no order.

    Those that differ in numbers alone train as one where a trial says that this pays; the rest by ``processes``, as
    many as there are cores by default, or one after the other where they would be done before a process has begun.
    ``start``: the seconds that this takes, as measured by default.  A piece that diverges is a result.
    ``unfinished``: the folder where what trains as one keeps its states, and goes on from those that lie there.

    Raises:
        RequestError: a recipe is wrong, does not fit its data, or its store cannot be made in another process.
        Interrupted: Ctrl-C or SIGTERM; what is done was given; what trained as one goes on later from the folder
            ``unfinished``, and is lost where there is none.
        WorkError: a training failed.
    """
    recipes = [piece.recipe for piece in pieces]
    where = [data if piece.data is None else piece.data for piece in pieces]
    several = processes if processes is not None else (os.cpu_count() or 1)
    left = set(range(len(pieces)))
    begin = start_seconds() if start is None else start
    rest: list[int] = []
    refused: list[Choice] = []
    known: dict[int, Alone] = {}
    for begun in _begun(unfinished, recipes, where, reporter):
        try:
            yield from _as_one(begun.pieces, pieces, where, {}, reporter, unfinished, begun)
            left -= set(begun.pieces)
        except CheckpointError as error:  # of the state that they should have gone on from
            refuse(begun.folder, error, reporter)
    for group in _parts(_groups(sorted(left), recipes, where)):
        if not group.stacks:
            rest += group.pieces
            continue
        choice = choose_way(group, recipes, where, several, begin)
        if choice.stacked:
            reporter.say(choice.sentence(False))
            yield from _as_one(group.pieces, pieces, where, choice.facts(), reporter, unfinished)
        else:
            refused.append(choice)
            rest += group.pieces
            known |= dict.fromkeys(group.pieces, choice.each)
    rest.sort()
    able = several > 1 and len(rest) > 1 and not any(_needs_device(recipes[i]) for i in rest)
    pooled = able and processes_pay(rest, recipes, where, known, several, begin)
    for choice in refused:
        reporter.say(choice.sentence(pooled))
    if pooled:
        yield from train_in_processes(rest, pieces, where, several)
        return
    for number in rest:
        yield _alone(number, pieces[number], where[number], reporter)


def _begun(place: Path | None, recipes: Sequence[Recipe], data: Sequence[Data], reporter: Reporter) -> list[Begun]:
    """What trained as one already, which is said."""
    if place is None or not place.is_dir():
        return []
    found = begun_in(place, [key_of(recipe, own) for recipe, own in zip(recipes, data, strict=True)], reporter)
    for one in found:
        message = ngettext(
            "{count} training goes on as one from step {step}.",
            "{count} trainings go on as one from step {step}.",
            len(one.pieces),
        )
        reporter.say(message.format(count=len(one.pieces), step=one.step))
    return found


def _groups(numbers: Sequence[int], recipes: Sequence[Recipe], data: Sequence[Data]) -> list[Group]:
    """The pieces with these ``numbers`` in groups."""
    found = groups_of([recipes[i] for i in numbers], [data[i] for i in numbers])
    return [Group(tuple(numbers[i] for i in group.pieces), group.networks) for group in found]


def _parts(groups: Sequence[Group]) -> Iterator[Group]:
    """The groups, large ones in parts of nearly equal size."""
    for group in groups:
        count = -(-group.networks // _MOST)
        size = -(-len(group.pieces) // count)
        for start in range(0, len(group.pieces), size):
            part = group.pieces[start : start + size]
            yield group if count == 1 else Group(part, len(part))


def _as_one(
    group: Sequence[int],
    pieces: Sequence[Piece],
    data: Sequence[Data],
    facts: dict[str, object],
    reporter: Reporter,
    place: Path | None = None,
    begun: Begun | None = None,
) -> Iterator[Done]:
    """Trains a group as one in memory, and keeps each when it has ended; its states in ``place``, on the way."""
    own, where = [pieces[i] for i in group], [data[i] for i in group]
    memories, recipes = [MemoryStore() for _piece in own], [piece.recipe for piece in own]
    keys = [key_of(recipe, view) for recipe, view in zip(recipes, where, strict=True)]
    keeping = None if place is None else Keeping(place, keys, memories, begun, facts)
    watching = [callbacks_of(piece.filmed) for piece in own]
    together = train_together(recipes, where, memories, reporter=reporter, keeper=keeping, callbacks=watching)
    with closing(together) as running:
        for ended in running:
            numbers = [number for number, _result in ended]
            for number in numbers:
                known = memories[number].info()
                population, seconds = known["population"], float(known["timings"]["training_seconds"])
                each = {"training_seconds": seconds / population["members"]}
                memories[number].update_info(population={**facts, **population}, timings=each)
            keep([own[number] for number in numbers], [memories[number] for number in numbers])
            for number, result in ended:
                seconds = float(memories[number].info()["timings"]["training_seconds"])
                memories[number] = MemoryStore()  # what was kept needs no memory any more
                yield Done(group[number], result, "population", seconds)
    if keeping is not None:
        keeping.end()


def _alone(number: int, piece: Piece, data: Data, reporter: Reporter) -> Done:
    started, store = time.perf_counter(), piece.make_store()
    try:
        with store.lock if isinstance(store, HeldRun) else nullcontext():
            outcome = fit(piece.recipe, data, store, callbacks=callbacks_of(piece.filmed), reporter=reporter)
    except DivergedError as error:
        return Done(number, error, "alone", time.perf_counter() - started)
    return Done(number, outcome, "alone", time.perf_counter() - started)


def _needs_device(recipe: Recipe) -> bool:
    """Whether trainings side by side would be in each other's way: on a GPU, or as several processes each."""
    from trasluz.model.hardware import choose

    return choose(recipe.compute).device != "cpu" or recipe.compute.devices * recipe.compute.nodes > 1
