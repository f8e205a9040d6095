"""Populations that were stopped: their states lie in the study's folder until each of their members is done.

    together/<id>/members.json     who trained as one, by recipe and data
    together/<id>/000000123/       the state after step 123, a checkpoint as runs have them

Whoever comes to train some of the members, in whichever process, goes on with these: a state is only read, and written
by who has all members of it.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from trasluz.data.data import Data
from trasluz.errors import CheckpointError
from trasluz.files import storage, write_bytes
from trasluz.messages import _
from trasluz.reading import checked, read_json
from trasluz.recipe import Recipe
from trasluz.reporting import Reporter
from trasluz.runs.checkpoint import read_newest, write_checkpoint
from trasluz.training.store import MemoryStore

FOLDER = "together"  # in the folder of a study
_MEMBERS, _DIGITS = "members.json", 16


def key_of(recipe: Recipe, data: Data) -> str:
    """By which a member is known again: its recipe's hash and what its data are."""
    return f"{recipe.hash} {data.fingerprint}"


@dataclass(frozen=True)
class Begun:
    """Pieces that trained as one and go on: their numbers, the ``folder`` of the ``state`` that holds them, the
    ``step`` that it is of, and whether they are all that it holds."""

    pieces: tuple[int, ...]
    folder: Path
    state: Mapping[str, Any]
    step: int
    whole: bool


def begun_in(place: Path, keys: Sequence[str], reporter: Reporter) -> list[Begun]:
    """What was begun of the pieces with these ``keys``, each piece once, where it had come farthest."""
    number = {key: i for i, key in enumerate(keys)}
    found: list[Begun] = []
    for folder in sorted(path.parent for path in place.glob(f"*/{_MEMBERS}")):
        if not number.keys() & set(_members(folder)):
            continue
        try:
            state = read_newest(folder, reporter)
            if state is None:
                continue
            alive = [str(key) for key in state["keys"].values()]
            own = tuple(number[key] for key in alive if key in number)
            step = int(state["population"]["global_step"])
            found.append(Begun(own, folder, state, step, len(own) == len(alive)))
        except (CheckpointError, KeyError, TypeError, ValueError, AttributeError) as error:
            refuse(folder, error, reporter)
    taken: set[int] = set()
    chosen = []
    for one in sorted(found, key=lambda begun: -begun.step):
        left = tuple(piece for piece in one.pieces if piece not in taken)
        if left:
            chosen.append(replace(one, pieces=left, whole=one.whole and len(left) == len(one.pieces)))
            taken.update(left)
    return chosen


def refuse(folder: Path, error: Exception, reporter: Reporter) -> None:
    """Says that what trained as one begins anew, and drops what is left of it."""
    message = _("{path}: what trained as one cannot go on from here ({reason}); it begins anew.")
    reporter.warn(message.format(path=folder, reason=str(error).rstrip(".") or type(error).__name__))
    shutil.rmtree(folder, ignore_errors=True)


def sweep(place: Path, is_done: Callable[[str], bool]) -> None:
    """Removes the states of which every member ``is_done``, by its recipe's hash; the place too, when it is empty."""
    if not place.is_dir():
        return
    for folder in [path.parent for path in place.glob(f"*/{_MEMBERS}")]:
        if all(is_done(key.partition(" ")[0]) for key in _members(folder)):
            shutil.rmtree(folder, ignore_errors=True)
    if not any(place.iterdir()):
        shutil.rmtree(place, ignore_errors=True)


def _members(folder: Path) -> list[str]:
    try:
        return checked(list[str], read_json(folder / _MEMBERS))
    except (OSError, ValueError):
        return []


class Keeping:
    """Keeps the states of one population in ``place``, with the records in the ``memories`` of its members, whose
    numbers are their places here.  ``begun``: what they go on from; ``facts``: what each run will keep of how it was
    trained."""

    def __init__(
        self,
        place: Path,
        keys: Sequence[str],
        memories: Sequence[MemoryStore],
        begun: Begun | None = None,
        facts: Mapping[str, object] | None = None,
    ) -> None:
        self._keys, self._memories, self._begun, self._facts = list(keys), memories, begun, dict(facts or {})
        digest = hashlib.blake2b("\n".join(sorted(keys)).encode()).hexdigest()[:_DIGITS]
        self.folder = begun.folder if begun is not None and begun.whole else place / digest

    def write(self, step: int, state: dict[str, Any]) -> None:
        """Keeps the ``state`` after the global step ``step``.

        Raises:
            StorageError: it cannot be written.
        """
        if not (self.folder / _MEMBERS).is_file():
            with storage(self.folder):
                self.folder.mkdir(parents=True, exist_ok=True)
            write_bytes(self.folder / _MEMBERS, json.dumps(self._keys).encode())
        alive = [number for track in state["tracks"] for number in track]
        stores = {number: _records(self._memories[number], self._facts) for number in alive}
        kept = {"keys": {number: self._keys[number] for number in alive}, "stores": stores, "population": state}
        write_checkpoint(self.folder, f"{step:09d}", kept)

    def newest(self) -> dict[str, Any] | None:
        """The state that these members go on from, by their numbers here; fills their memories.

        Raises:
            CheckpointError: it is no such state.
        """
        if self._begun is None:
            return None
        kept, number = self._begun.state, {key: i for i, key in enumerate(self._keys)}
        try:
            here = {old: number[key] for old, key in kept["keys"].items() if key in number}
            for old, new in here.items():
                _fill(self._memories[new], kept["stores"][old])
            tracks = [[here.get(old, -1) for old in track] for track in kept["population"]["tracks"]]
            return {**kept["population"], "tracks": tracks}
        except (KeyError, TypeError, AttributeError) as error:
            raise CheckpointError(f"{type(error).__name__}: {error}") from error

    def end(self) -> None:
        """Drops the states, when all have ended and were kept."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _records(memory: MemoryStore, facts: Mapping[str, object]) -> dict[str, Any]:
    info = memory.info()
    info["population"] = {**facts, **info["population"]}
    arrays = {name: _packed(own) for name, own in memory.arrays.items()}
    return {"info": info, "metrics": memory.metrics(), "steps": memory.steps(), "arrays": arrays}


def _fill(memory: MemoryStore, kept: Mapping[str, Any]) -> None:
    memory.update_info(**kept["info"])
    memory.extend_metrics(kept["metrics"])
    memory.append_steps(kept["steps"])
    for name, own in kept["arrays"].items():
        memory.write_arrays(name, _unpacked(own))


def _packed(arrays: Mapping[str, np.ndarray]) -> torch.Tensor:
    """Arrays of any kind, also of words, as the bytes of a file."""
    content = io.BytesIO()
    np.savez(content, **arrays)  # type: ignore[arg-type]  # the stubs take the names for options
    return torch.from_numpy(np.frombuffer(content.getvalue(), np.uint8).copy())


def _unpacked(content: torch.Tensor) -> dict[str, np.ndarray]:
    with np.load(io.BytesIO(content.numpy().tobytes()), allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}
