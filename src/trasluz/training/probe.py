"""A trial of a few steps on copies of the networks, before training: what will be measured, and how long it takes.

It catches a monitor that does not exist and data that a network cannot digest before the first epoch, and its
time per step is the estimate of the whole.  The networks that train are not touched.
"""

from __future__ import annotations

import copy
import time
from dataclasses import dataclass
from itertools import chain, islice

import torch
from torch import nn

from trasluz.data.data import Data
from trasluz.data.feed.batch import Batch
from trasluz.data.feed.batches import TrainBatches
from trasluz.data.feed.preprocess import Preprocess
from trasluz.errors import RecipeError
from trasluz.families.base import BaseFamily, Losses, Progress
from trasluz.messages import _, did_you_mean
from trasluz.model.evaluation_mode import batch_size_for
from trasluz.recipe import TrainSection
from trasluz.rng import Rng, StepRng
from trasluz.training.compared import SPLIT, compared_rows
from trasluz.training.engine import Engine
from trasluz.training.validation import validate

_TIMED = 2
_VALIDATED = 256  # samples at most; of large images one batch, because names and time need no more


@dataclass(frozen=True)
class Probe:
    """Names that will be recorded, and seconds per step and per validation (with what stands beside it)."""

    names: tuple[str, ...]
    step_seconds: float
    validation_seconds: float


def probe(
    family: BaseFamily,
    networks: nn.ModuleDict,
    data: Data,
    batches: TrainBatches,
    preprocess: Preprocess,
    fabric_engine: Engine,
    train: TrainSection,
) -> Probe:
    """Runs one warm-up step and a few timed ones on copies."""
    trial = copy.deepcopy(networks)
    engine = Engine(fabric_engine.fabric, trial, family.updates(), train.model_copy(update={"ema": None}))
    engine.process = type(engine.process)()
    names: set[str] = set()
    started = time.perf_counter()
    with Rng(0).ambient("probe", device=engine.device):
        # The first step as in the first epoch, the timed ones as in the last: sizes may grow in between.
        for step, (batch, rng, _weight) in enumerate(
            chain(islice(batches.epoch(0), 1), batches.epoch(train.epochs - 1))
        ):
            if step == 1:
                started = time.perf_counter()
            engine.begin_step(step, 0.0, 1.0)
            done = torch.zeros((), device=engine.device)
            progress = Progress("probe", 0, step, done)
            losses = _step(family, engine, trial, batch, rng, progress, train)
            names |= {f"train/{name}" for name in _recorded(family, losses)}
            if step == _TIMED:
                break
        if engine.device.type == "cuda":
            torch.cuda.synchronize(engine.device)
    seconds = (time.perf_counter() - started) / max(step, 1)
    rows = data.split("valid")
    some = rows[: min(_VALIDATED, batch_size_for(data.samples))]
    started = time.perf_counter()
    if len(some):
        splits = ("valid", SPLIT) if train.compare else ("valid",)
        measured = validate(family, trial, data, some, preprocess, engine)
        names |= {f"{split}/{name}" for split in splits for name in measured}
    looked_at = len(rows) + len(compared_rows(data, train))
    validation = (time.perf_counter() - started) * looked_at / max(len(some), 1)
    return Probe(tuple(sorted(names)), seconds, validation)


def _recorded(family: BaseFamily, losses: Losses) -> set[str]:
    """The names of what an epoch would record of ``losses``."""
    statistics = {name: value.cpu() for name, value in losses.statistics.items()}
    return {*losses.terms, *losses.watched, *family.training_metrics(statistics)}


def _step(
    family: BaseFamily,
    engine: Engine,
    networks: nn.ModuleDict,
    batch: Batch,
    rng: StepRng,
    progress: Progress,
    train: TrainSection,
) -> Losses:
    try:
        return family.step(engine, networks, batch, rng, progress)
    except RuntimeError as error:
        if train.progressive is None:
            raise
        message = _("train.progressive: this network cannot take images of another size than its own ({reason}).")
        raise RecipeError(message.format(reason=str(error).splitlines()[0])) from None


def check_monitors(train: TrainSection, names: tuple[str, ...]) -> None:
    """Refuses a monitor that nothing will record.

    Raises:
        RecipeError: names the nearest one.
    """
    if train.early_stopping is None or train.early_stopping.monitor in names:
        return
    monitor = train.early_stopping.monitor
    hint = did_you_mean(monitor, names)
    message = _("train.early_stopping.monitor: nothing records {monitor}; allowed: {names}.")
    raise RecipeError(message.format(monitor=monitor, names=", ".join(names)) + hint)
