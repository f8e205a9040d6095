"""Keeps what a population trained in memory in the places of its members, hundreds of them in the time of a few.

A run folder is a dozen files, each of which waits for the disk when it is written by itself.  Here all wait together,
twice: the second time for what makes them finished runs (the name of a folder that was made whole, else the words that
it is finished), so that no run says so before it is.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import ExitStack
from pathlib import Path

from trasluz.files import sync_all, without_waiting
from trasluz.recipe import Recipe
from trasluz.runs.folder import RunFolder
from trasluz.runs.held import HeldRun
from trasluz.search.executing.piece import MadeWhole, Piece
from trasluz.training.store import MemoryStore, Store


def keep(pieces: Sequence[Piece], memories: Sequence[MemoryStore]) -> None:
    """Makes the store of each piece and puts into it what its memory holds.

    Raises:
        StorageError: disk full or not writable.
    """
    stores: list[Store] = []
    untold: list[tuple[Store, MemoryStore]] = []
    with ExitStack() as places:
        with without_waiting():
            for piece, memory in zip(pieces, memories, strict=True):
                if isinstance(piece.make_store, MadeWhole):
                    stores.append(places.enter_context(piece.make_store.whole(**memory.info())))
                else:
                    stores.append(_made(piece, places))
                    untold.append((stores[-1], memory))
                _fill(stores[-1], piece.recipe, memory)
        where = {folder.parent for store in stores if (folder := _folder_of(store)) is not None}
        _wait(where)
        with without_waiting():
            for store, memory in untold:
                store.update_info(**memory.info())
            places.close()
    _wait(where)


def _made(piece: Piece, places: ExitStack) -> Store:
    """The store of a piece, under its lock until ``places`` are left."""
    store = piece.make_store()
    if isinstance(store, HeldRun):
        places.enter_context(store.lock)
    return store


def _wait(places: Collection[Path]) -> None:
    """Until what was written is on the disk; ``places`` are on one file system or on a few."""
    for place in {place.stat().st_dev: place for place in places}.values():
        sync_all(place)


def _fill(store: Store, recipe: Recipe, memory: MemoryStore) -> None:
    store.extend_metrics(memory.metrics())
    store.append_steps(memory.steps())
    for name, state in memory.checkpoints.items():
        store.write_checkpoint(name, state)
    for name, arrays in memory.arrays.items():
        store.write_arrays(name, arrays)
    if memory.model is not None:
        store.write_model(recipe, memory.model)


def _folder_of(store: Store) -> Path | None:
    """Where a store lies, if on a disk."""
    return store.path if isinstance(store, RunFolder) else None
