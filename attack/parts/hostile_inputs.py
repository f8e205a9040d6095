"""Hostile inputs: every kind at every door, each in a process of its own that is watched for time and memory.

The folders with the inputs lie in ``attack/hostile``.  Beyond the ``COUNT`` of the table, inputs that were whole are
damaged at random.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

from attack.attempt import SECONDS, Attempt
from attack.forked import trasluz
from attack.hostile import cases, door_runs
from attack.hostile.case import RUN, Case
from attack.hostile.noise import noisy

TITLE = "Hostile inputs"
COUNT = 760


def attempts(seed: int, count: int, folder: Path) -> Iterator[Attempt]:
    """All cases in an order of the seed's, then damaged files until there are ``count``."""
    trained = train(folder)
    every = [*cases(), *door_runs.cases(trained)]
    chosen = random.Random(seed)
    chosen.shuffle(every)
    for number in range(count):
        case = every[number] if number < len(every) else noisy(chosen, number)
        yield attempt(case, folder / f"{number:04d}", trained)


def train(folder: Path) -> Path:
    """A run to predict with."""
    words = ["train", "digits-cnn", "--set", "train.epochs=1", "--set", "data.limit=300", "--runs", "runs"]
    ended = trasluz(*words, folder=folder, more=_environment(folder), seconds=10 * SECONDS)
    if ended.code != 0:
        raise RuntimeError(f"no run to attack: {ended.text}")
    (trained,) = (folder / "runs").iterdir()
    return trained


def attempt(case: Case, place: Path, trained: Path) -> Attempt:
    """Makes one input, lets the command line read it, and judges the answer."""
    place.mkdir()
    try:
        words = [str(trained if word == RUN else word) for word in case.make(place)]
        ended = trasluz(*words, folder=place, more=_environment(place), apart=True)
        fault = ended.fault
        if not fault and ended.code is not None:
            fault = case.fault(place, ended.code, ended.text, ended.err)
        return Attempt(case.door, case.kind, fault, ended.seconds, ended.memory)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _environment(place: Path) -> dict[str, str]:
    return {"TRASLUZ_CACHE": str(place / ".cache"), "TRASLUZ_LANG": "en", "COLUMNS": "200"}
