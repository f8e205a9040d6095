"""A step on copies before anything is kept: whether networks of other people can be trained, and in which layout.

What somebody else wrote may fail in ways that a forward pass does not show: its results may lie in memory in another
way than it expects, no gradient may reach its weights, the last batch of an epoch may be too small for it.  Each of
these is told in one sentence before the run exists.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from trasluz.data.data import Data
from trasluz.data.feed.batches import Process, TrainBatches, evaluation_batches
from trasluz.data.feed.preprocess import Preprocess
from trasluz.errors import RecipeError, TrasluzError
from trasluz.families.base import BaseFamily, Progress
from trasluz.messages import _
from trasluz.model.evaluation_mode import evaluation_mode
from trasluz.networks.layout import lay_plain
from trasluz.networks.output import refusal, shape_in_words
from trasluz.networks.trying import copied, reason_of
from trasluz.recipe import PhaseSection, Recipe, TrainSection
from trasluz.rng import Rng
from trasluz.training._fabric import Fabric
from trasluz.training.engine import Engine
from trasluz.training.phases import choose_trainable, shown, train_mode

_OURS = ("torch.nn.", "trasluz.")
_SAMPLES = 2  # of a trial: the fewest of which a batch norm knows a variance
_NO_GRADIENT = "does not require grad"  # how PyTorch says that no weight had a part in a loss


@dataclass(frozen=True)
class Trial:
    """What a step needs, with the networks as they will be trained, on the device."""

    recipe: Recipe
    data: Data
    preprocess: Preprocess
    family: BaseFamily
    networks: nn.ModuleDict
    fabric: Fabric

    def can_be_channels_last(self) -> bool:
        """Whether networks of other people train with their channels side by side in memory; ours always do.

        Raises:
            RecipeError: they train in no layout; says why.
        """
        if not self._needed:
            return True
        try:
            self._run(channels_last=True)
        except (TrasluzError, torch.OutOfMemoryError):
            raise
        except Exception:  # somebody else's network may raise anything
            self.check()  # raises where the layout is not to blame
            return False
        return True

    def check(self) -> None:
        """Tries networks of other people with planes one after another, as they lie outside Trasluz.

        Raises:
            RecipeError: they cannot be trained; says why.
        """
        if not self._needed:
            return
        try:
            self._run(channels_last=False)
        except (TrasluzError, torch.OutOfMemoryError):
            raise
        except Exception as error:  # somebody else's network may raise anything
            if not self._foreign and not self._alone:
                raise
            raise RecipeError(self._refusal(error)) from error

    @property
    def _foreign(self) -> bool:
        return any(not type(module).__module__.startswith(_OURS) for module in self.networks.modules())

    @property
    def _alone(self) -> bool:
        """Whether some step sees one sample by itself, in which a batch norm of rows finds no variance."""
        return self._fewest == 1 and any(isinstance(module, _BatchNorm) for module in self.networks.modules())

    @property
    def _needed(self) -> bool:
        return self._foreign or self._alone

    @property
    def _first(self) -> tuple[PhaseSection, TrainSection]:
        return self.recipe.resolved_phases()[0]

    @property
    def _fewest(self) -> int:
        """The samples of the smallest part of a batch that any process works on at once in the first phase."""
        train, count = self._first[1], len(self.data.split("train"))
        size = count if train.batch == "full" else train.batch
        return fewest_at_once(count, size, train.steps_per_epoch, self.fabric.world_size, train.accumulate)

    def _run(self, *, channels_last: bool) -> None:
        """One step of two samples and, where one comes alone, of one; then the evaluation of one.

        Raises:
            Whatever the networks raise.
        """
        networks = copied(self.networks, "model")
        if channels_last:
            networks.to(memory_format=torch.channels_last)
        elif self.data.kind == "image":
            lay_plain(networks)
        with _watched(networks, self.recipe.model), Rng(0).ambient("trial", device=self.fabric.device):
            self._step(networks, _SAMPLES, channels_last)
            copied(networks, "model")  # what a first step leaves in a network must not keep it from being kept
            if self._fewest == 1:
                self._step(networks, 1, channels_last)
            self._evaluate(networks)

    def _step(self, networks: nn.ModuleDict, samples: int, channels_last: bool) -> None:
        phase, train = self._first
        choose_trainable(networks, phase)
        self.family.enter_phase(networks, phase.name)
        train_mode(networks, phase.frozen_norms)
        engine = Engine(self.fabric, networks, self.family.updates(), train.model_copy(update={"ema": None}))
        engine.process = Process()
        section = shown(self.recipe.data, phase)
        device = self.fabric.device
        some = replace(self.data, splits={**self.data.splits, "train": self.data.split("train")[:samples]})
        batches = TrainBatches(some, self.preprocess, section, Rng(0), samples, device, channels_last=channels_last)
        batch, rng, _weight = next(batches.epoch(0))
        engine.begin_step(0, 0.0, 1.0)
        self.family.step(engine, networks, batch, rng, Progress(phase.name, 0, 0, torch.zeros((), device=device)))

    def _evaluate(self, networks: nn.ModuleDict) -> None:
        rows = self.data.split("train")[:1]
        with evaluation_mode(networks, self.fabric.device):
            for batch, rng in evaluation_batches(self.data, rows, 1, self.preprocess, self.fabric.device):
                self.family.evaluate(networks, batch, rng)

    def _refusal(self, error: Exception) -> str:
        if self._fewest == 1 and self._trains(_SAMPLES) and not self._trains(1):
            message = _(
                "train.batch: with batches of {batch} some step of an epoch sees one sample by itself, on which this "
                "network cannot be trained ({reason}); choose another number, such as {other}."
            )
            return message.format(batch=self._first[1].batch, reason=reason_of(error), other=self._other_batch())
        if _NO_GRADIENT in str(error):
            return _(
                "model: no gradient reaches a weight of this network; compute outside torch.no_grad what is to be "
                "trained, and give what was computed, not what was detached or rounded from it."
            )
        message = _("model: the network cannot be trained on samples of the shape {given}: {kind}: {reason}.")
        given = ["n", *self.data.spec.shape]
        return message.format(given=given, kind=type(error).__name__, reason=reason_of(error))

    def _trains(self, samples: int) -> bool:
        networks = copied(self.networks, "model")
        lay_plain(networks)
        try:
            with Rng(0).ambient("trial", device=self.fabric.device):
                self._step(networks, samples, channels_last=False)
        except Exception:  # whatever it raises
            return False
        return True

    def _other_batch(self) -> int:
        """The next larger batch with which no sample comes alone."""
        train, count = self._first[1], len(self.data.split("train"))
        size = count if train.batch == "full" else train.batch
        shares = self.fabric.world_size, train.accumulate
        larger = range(size + 1, 4 * size + 8 * shares[0] * shares[1])
        return next((n for n in larger if fewest_at_once(count, n, train.steps_per_epoch, *shares) > 1), count)


def fewest_at_once(samples: int, batch: int, steps: int | None, processes: int, parts: int) -> int:
    """The samples of the smallest part of a batch in an epoch, of ``samples`` or of counted ``steps``, that one of
    ``processes`` works on at once in ``parts`` of its share."""
    last = batch if steps is not None else samples % batch or min(batch, samples)
    share = max(last // processes, 1)
    return share // min(parts, share)


@contextmanager
def _watched(networks: nn.ModuleDict, model: Mapping[str, Any]) -> Iterator[None]:
    """Inside, networks of the user's own must give one tensor of a row per sample, always of the same shape."""
    own = {key for key, settings in model.items() if isinstance(settings, Mapping) and "module" in settings}
    handles = []
    for key in own:
        name = "classifier" if key == "network" else key  # the one that a classifier's recipe calls otherwise
        if name in networks:
            handles.append(networks[name].register_forward_hook(_Watch(f"model.{key}")))
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


class _Watch:
    def __init__(self, where: str) -> None:
        self.where = where
        self.shape: tuple[int, ...] | None = None

    def __call__(self, network: nn.Module, given: tuple[Any, ...], output: object) -> None:
        if not isinstance(output, Tensor):
            raise RecipeError(refusal(output, self.where, None))
        if self.shape is None:
            self.shape = tuple(output.shape[1:])
        needed = (len(given[0]), *self.shape)
        if tuple(output.shape) != needed:
            message = _(
                "{where}: of a batch of {count} the network must give {needed}, but it gives {given}; name the "
                "dimension in squeeze, and keep the batch apart in view and reshape."
            )
            count, shape = len(given[0]), shape_in_words(output)
            raise RecipeError(message.format(where=self.where, count=count, needed=list(needed), given=shape))
