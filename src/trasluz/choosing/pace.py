"""How fast this machine trains a recipe on its data: measured on a throw-away copy, which no training ever sees again.

Of each phase the first steps are timed at each of its sizes, with the run's precision and threads; then a part of
validation, and what the callbacks do at the end of an epoch.  A phase on features that are computed once is tried on
a few images from its features to its end.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from trasluz.data.data import Data
from trasluz.families.base import Progress
from trasluz.model.evaluation_mode import batch_size_for
from trasluz.model.hardware import Hardware
from trasluz.recipe import Recipe
from trasluz.rng import Rng
from trasluz.training._fabric import Fabric
from trasluz.training.callbacks.base import Callback
from trasluz.training.callbacks.film_strip import FilmStrip
from trasluz.training.callbacks.samples import SampleGrid
from trasluz.training.interrupt import StopRequest
from trasluz.training.loop import Loop
from trasluz.training.phases import train_mode
from trasluz.training.start import make_loop, prepare, try_out
from trasluz.training.store import MemoryStore
from trasluz.training.validation import validate

Clock = Callable[[], float]
_WARM_UP, _FEWEST = 2, 3  # steps that are not timed, and that are timed at least
_SECONDS, _LONGEST, _PART = 1.5, 4.0, 0.01  # for which steps of one size are timed, and the part of all time at most
_JUDGED = 512  # images on which validation is timed, at most
_TRIED = 32  # images on which a phase on features is tried


@dataclass(frozen=True)
class Pace:
    """Of one phase, in seconds: per training image at the smaller size (where sizes grow) and at the full one, per
    image judged, for all features at once per image, and at the end of an epoch by callbacks.

    ``start``: building the networks and their first step.  ``small`` is ``full`` where sizes do not grow; ``features``
    is 0 where none are kept.
    """

    small: float
    full: float
    judged: float
    features: float = 0.0
    frame: float = 0.0
    start: float = 0.0


def timed_seconds(minutes: float) -> float:
    """For how long steps of one size are timed where there are ``minutes``: the longer, the more evens out what else
    the machine does, and what it does just now is what the epochs of the whole training follow from."""
    return min(max(60 * _PART * minutes, _SECONDS), _LONGEST)


def measure(
    recipe: Recipe,
    number: int,
    data: Data,
    fabric: Fabric,
    hardware: Hardware,
    clock: Clock,
    seconds: float = _SECONDS,
) -> Pace:
    """The pace of the phase ``number`` of ``recipe``, whose ``data`` are open; ``seconds`` are timed of each size.

    Raises:
        RecipeError, DataError: the recipe does not fit the data.
    """
    recipe = _alone(recipe, number)
    before = clock()
    prepared = prepare(recipe, data, fabric, hardware)
    loop = make_loop(prepared, MemoryStore(), (), StopRequest())
    start = clock() - before
    if loop.train.progressive is not None:
        try_out(loop)  # refuses in a sentence a network that takes images of one size only
    if loop.derives():
        return dataclasses.replace(_of_features(recipe, data, fabric, hardware, clock), start=start)
    sizes = [0] if loop.train.progressive is None else [0, loop.train.epochs - 1]
    steps = [_step_seconds(loop, epoch, clock, seconds) for epoch in sizes]
    return Pace(steps[0], steps[-1], _judged(loop, clock), frame=_frame(loop, clock), start=start)


def _alone(recipe: Recipe, number: int) -> Recipe:
    """The recipe with this phase alone, which starts from the first one's weights unless from its own."""
    if len(recipe.phases) < 2:
        return recipe
    first, phase = recipe.phases[0], recipe.phases[number]
    if phase.weights_from is None:
        phase = phase.model_copy(update={"weights_from": first.weights_from, "map": first.map})
    return recipe.model_copy(update={"phases": (phase,)})


def _step_seconds(loop: Loop, epoch: int, clock: Clock, seconds: float) -> float:
    """Seconds per training image of steps as in that epoch; the engine's weights move, but they are thrown away."""
    train_mode(loop.networks, loop.phase.frozen_norms)
    done, images, started = 0, 0, clock()
    last = started
    with Rng(0).ambient("pace", device=loop.engine.device):
        while done < _WARM_UP + _FEWEST or last - started < seconds:
            for batch, rng, weight in loop.batches.epoch(epoch):
                loop.engine.begin_step(done, 0.0, weight)
                progress = Progress("pace", 0, done, torch.zeros((), device=loop.engine.device))
                loop.family.step(loop.engine, loop.networks, batch, rng, progress)
                loop.engine.end_step()
                _wait(loop)
                done, last = done + 1, clock()
                if done <= _WARM_UP:
                    started, images = last, 0
                else:
                    images += len(batch)
                if done >= _WARM_UP + _FEWEST and last - started >= seconds:
                    break
    return (last - started) / max(images, 1)


def _judged(loop: Loop, clock: Clock) -> float:
    """Seconds per image of validation, the second time, as in all epochs but the first."""
    rows = loop.data.split("valid")[: min(_JUDGED, 2 * batch_size_for(loop.data.samples))]
    if not len(rows):
        return 0.0
    for _time in range(2):
        started = clock()
        validate(loop.family, loop.engine.evaluated, loop.data, rows, loop.preprocess, loop.engine)
    return (clock() - started) / len(rows)


def _frame(loop: Loop, clock: Clock) -> float:
    """Seconds of the callbacks at the end of an epoch where all of them have something to do."""
    callbacks: Sequence[Callback] = (FilmStrip(), SampleGrid())
    started = clock()
    for callback in callbacks:
        callback.on_epoch_end(loop, {"epoch": loop.train.epochs})
    return clock() - started


class _Watch(Callback):
    """When features were known, and when epochs ended."""

    def __init__(self, clock: Clock) -> None:
        self.clock, self.features, self.ends = clock, list[tuple[float, int]](), list[float]()

    def on_features(self, loop: Loop, done: int, whole: int) -> None:
        """So many more."""
        self.features.append((self.clock(), done))

    def on_epoch_end(self, loop: Loop, record: dict[str, object]) -> None:
        """Another epoch, validation included."""
        self.ends.append(self.clock())


def _of_features(recipe: Recipe, data: Data, fabric: Fabric, hardware: Hardware, clock: Clock) -> Pace:
    """Of a phase that computes features of all images once: a training of three epochs on a few of them.

    The first batch of features is left out, as the first steps are elsewhere.
    """
    splits = {name: rows[:_TRIED] for name, rows in data.splits.items()}
    few = dataclasses.replace(data, splits=splits, fingerprint="")  # whose features are kept nowhere
    changes = {"epochs": 3, "evaluate_every": 3}
    phase = recipe.phases[0]
    short = recipe.model_copy(update={"phases": (phase.model_copy(update={"train": {**phase.train, **changes}}),)})
    watch = _Watch(clock)
    prepared = prepare(short, few, fabric, hardware)
    loop = make_loop(prepared, MemoryStore(), (watch,), StopRequest())
    started = clock()
    loop.run()
    (first, warm), (last, done) = watch.features[0], watch.features[-1]
    per_image = (last - first) / (done - warm) if done > warm else (last - started) / done
    step = (watch.ends[1] - watch.ends[0]) / loop.batches.samples_per_epoch
    return Pace(step, step, step, features=per_image, frame=_frame(loop, clock))


def _wait(loop: Loop) -> None:
    if loop.engine.device.type == "cuda":
        torch.cuda.synchronize(loop.engine.device)
