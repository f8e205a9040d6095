"""How long networks take as one and by themselves, measured by their first steps on copies: nothing is kept."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch

from trasluz.data.data import Data
from trasluz.families.base import Progress
from trasluz.model.hardware import choose
from trasluz.recipe import ComputeSection, Recipe
from trasluz.reporting import Reporter
from trasluz.training.fit import session
from trasluz.training.phases import train_mode
from trasluz.training.population.fit import engine_of, prepare_all
from trasluz.training.population.loop import stacked_batches
from trasluz.training.start import estimate_seconds, make_loop, prepare, try_out
from trasluz.training.store import MemoryStore

_STEPS, _ENOUGH = 4, 2.0  # steps that are timed at most, and seconds after which no other is begun


@dataclass(frozen=True)
class Pace:
    """Seconds of a step, and how many steps an epoch has."""

    step_seconds: float
    steps: int


def pace_together(recipes: Sequence[Recipe], data: Sequence[Data]) -> Pace:
    """Of all these networks as one, on as many threads as the process has.

    Raises:
        RequestError: a recipe does not fit its data.
    """
    with session(choose(recipes[0].compute)) as (hardware, fabric, _request):
        members = prepare_all(recipes, data, fabric, hardware, Reporter())
        engine, batches = engine_of(members), stacked_batches(members)
        train_mode(engine.skeleton)
        progress = Progress("trial", 0, 0, torch.zeros((), device=engine.device))
        times: list[float] = []
        while len(times) <= _STEPS and sum(times) < _ENOUGH:
            for batch, rng in batches.epoch(len(times)):
                started = time.perf_counter()
                engine.begin_step(0.0)
                engine.step(batch, rng, progress, batches.shared)
                if engine.device.type == "cuda":
                    torch.cuda.synchronize(engine.device)
                times.append(time.perf_counter() - started)
                if len(times) > _STEPS or sum(times) >= _ENOUGH:
                    break
        return Pace(min(times[1:] or times), batches.steps)  # the first one makes the optimiser's memory


class Alone(NamedTuple):
    """Seconds that something takes by itself: on one thread, as beside others, and on all that its recipe gives it."""

    one_thread: float
    all_threads: float


def pace_alone(recipe: Recipe, data: Data, threads: int | None = 1) -> Pace:
    """Of one network by itself, on that many ``threads``, ``None``: on as many as its recipe gives it.

    Raises:
        RequestError: the recipe does not fit its data.
    """
    with session(choose(_on(recipe, threads))) as (hardware, fabric, request):
        loop = make_loop(prepare(recipe, data, fabric, hardware), MemoryStore(), (), request)
        return Pace(min(try_out(loop).step_seconds for _again in range(2)), loop.batches.steps)


def epoch_alone(recipe: Recipe, data: Data) -> Alone:
    """Of an epoch's steps.

    Raises:
        RequestError: the recipe does not fit its data.
    """

    def seconds(threads: int | None) -> float:
        pace = pace_alone(recipe, data, threads)
        return pace.step_seconds * pace.steps

    return _both(recipe, seconds)


def seconds_alone(recipe: Recipe, data: Data) -> Alone:
    """Of the whole training of a recipe.

    Raises:
        RequestError: the recipe does not fit its data.
    """

    def seconds(threads: int | None) -> float:
        with session(choose(_on(recipe, threads))) as (hardware, fabric, request):
            loop = make_loop(prepare(recipe, data, fabric, hardware), MemoryStore(), (), request)
            return min(estimate_seconds(loop, try_out(loop)) for _again in range(2))

    return _both(recipe, seconds)


def _both(recipe: Recipe, seconds: Callable[[int | None], float]) -> Alone:
    one = seconds(1)
    return Alone(one, one if choose(recipe.compute).threads == 1 else seconds(None))


def _on(recipe: Recipe, threads: int | None) -> ComputeSection:
    return recipe.compute if threads is None else recipe.compute.model_copy(update={"threads": threads})
