"""Running statistics of batch norms that lag behind the weights, computed anew from training images.

A batch norm counts means and variances while the weights move, as an average that remembers about 1 / momentum steps
(and the moving average of the weights averages that once more).  Where this memory is a good part of all steps, the
statistics are of weights long gone, or still of the values that they started with; evaluation then normalises by what
no layer gives any more.  The cure is the average over training images with the weights as they are ("precise batch
norm", Wu & Johnson 2021, "Rethinking 'Batch' in BatchNorm", section 3).  Images are taken as evaluation takes them,
without augmentation and dropout, because these are the activations that the statistics will normalise.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from trasluz.data.data import Data
from trasluz.data.feed.batches import evaluation_batches
from trasluz.data.feed.preprocess import Preprocess
from trasluz.families.base import BaseFamily
from trasluz.model.evaluation_mode import batch_size_for, evaluation_mode
from trasluz.recipe import TrainSection
from trasluz.rng import Rng
from trasluz.training.compared import draw, measure
from trasluz.training.derived import PhaseData
from trasluz.training.validation import Computes

_FEW = 100  # memories of the statistics: below that many, more than the last hundredth of the steps speaks in them
_MOST = 2000  # training images: a channel's mean is then known to 2 % of its deviation, from one place per image


@dataclass(frozen=True)
class Lag:
    """Batch norms (by their names in ``networks``) whose statistics lag after ``steps``.

    ``memory``: over how many steps the slowest of them average.  ``initial``: the weight that its first values still
    have, (1 − momentum)^steps.
    """

    names: tuple[str, ...]
    steps: int
    memory: float
    initial: float

    @property
    def facts(self) -> dict[str, Any]:
        """As ``run.json`` tells it."""
        return {"norms": len(self.names), "steps": self.steps, "memory": self.memory, "initial": self.initial}


@dataclass(frozen=True)
class Settled:
    """That statistics were computed anew: ``facts`` for ``run.json``, and what goes into the record of the epoch."""

    facts: dict[str, Any]
    record: dict[str, Any]


def settle(
    family: BaseFamily,
    live: nn.ModuleDict,
    networks: nn.ModuleDict,
    where: PhaseData,
    compared: np.ndarray,
    steps: int,
    train: TrainSection,
    by: Computes,
) -> Settled | None:
    """Computes the statistics of ``networks`` anew if they lag after the ``steps`` of a phase; ``None`` if not.

    ``live`` are the networks that were trained, in their phase's mode: ``networks`` are these or their moving average,
    both as ``where.view`` gives them.  The facts hold what was measured ``before`` and ``after`` on validation and on
    the training images ``compared`` with it, as far as it is finite.
    """
    behind = lag(live, steps, train)
    if behind is None:
        return None
    before = measure(family, networks, where, compared, by)
    images = recompute(family, networks, behind.names, where.data, where.preprocess, by)
    if not images:
        return None
    after = measure(family, networks, where, compared, by)
    told = {
        when: {n: v for n, v in of.items() if math.isfinite(v)} for when, of in (("before", before), ("after", after))
    }
    return Settled({"images": images, **behind.facts, **told}, {**after, "statistics": "recomputed"})


def lag(networks: nn.Module, steps: int, train: TrainSection) -> Lag | None:
    """Whether statistics lag after ``steps`` of a phase, of ``networks`` in its mode; ``None`` where none does.

    They do where their memory is above a hundredth of the steps: 1,000 steps at PyTorch's momentum of 0.1, 10,000 at
    Keras's 0.99 (0.01 here).  Norms that rest, or keep no statistics, are not asked.
    """
    averaged = 0.0 if train.ema is None else 1 / (1 - train.ema)
    counting = {name: module for name, module in networks.named_modules() if _counts(module)}
    memories = {n: averaged + (steps if m.momentum is None else 1 / m.momentum) for n, m in counting.items()}
    slow = {name: memory for name, memory in memories.items() if memory * _FEW > steps}
    if train.statistics == "running" or not slow:
        return None
    slowest = max(slow, key=slow.__getitem__)
    momentum = counting[slowest].momentum
    return Lag(tuple(slow), steps, slow[slowest], 0.0 if momentum is None else (1 - momentum) ** steps)


def _counts(module: nn.Module) -> bool:
    if not isinstance(module, _BatchNorm) or module.running_mean is None:
        return False
    return module.training and module.momentum != 0


def recompute(
    family: BaseFamily, networks: nn.ModuleDict, names: Sequence[str], data: Data, preprocess: Preprocess, by: Computes
) -> int:
    """Gives the batch norms called ``names`` the statistics of training images; how many were looked at, 0 for none.

    Each batch is normalised by itself, as in training; means and variances of all batches, and of all processes, are
    pooled by the law of total variance.  Norms that the family's evaluation does not pass through stay as they are.
    All is a function of weights and data, so doing it again changes nothing.
    """
    rows = _rows(data)
    shared = len(rows) >= 2 * by.process.world  # else every process looks at all rows, and nothing is added up
    own = rows[by.process.rank :: by.process.world] if shared else rows
    size = math.ceil(len(own) / math.ceil(len(own) / batch_size_for(data.samples)))  # even batches: none is tiny
    own = own[:-1] if len(own) % size == 1 else own  # one image by itself has no variance
    if len(own) < 2:
        return 0
    norms = [_norm(networks, name) for name in names]
    wide = torch.float32 if by.device.type == "mps" else torch.float64
    with evaluation_mode(networks, by.device), _pooling(norms, wide) as pooled:
        for batch, rng in evaluation_batches(data, own, size, preprocess, by.device):
            with by.forward():
                family.evaluate(networks, batch, rng)
        passed = [(norm, found.sums) for norm, found in zip(norms, pooled, strict=True) if found.sums is not None]
        for norm, sums in passed:
            _write(norm, by.sum_over_processes(sums) if shared else sums)
    return len(rows) if passed else 0


def _rows(data: Data) -> np.ndarray:
    """The training images that are looked at, in random order, because files often lie sorted by class."""
    rows = data.split("train")
    chosen = draw(data, rows, min(_MOST, len(rows)))
    shuffled: np.ndarray = chosen[Rng(0).permutation("statistics", 0, len(chosen)).numpy()]
    return shuffled


def _norm(networks: nn.Module, name: str) -> _BatchNorm:
    found = networks.get_submodule(name)
    assert isinstance(found, _BatchNorm), "only these count"
    return found


def _statistics(norm: _BatchNorm) -> tuple[Tensor, Tensor]:
    mean, variance = norm.running_mean, norm.running_var
    assert mean is not None, "it keeps statistics"
    assert variance is not None, "it keeps statistics"
    return mean, variance


def _write(norm: _BatchNorm, sums: Tensor) -> None:
    """Puts the mean and the unbiased variance that ``sums`` tell into the norm."""
    count, values, squares = sums
    mean, variance = _statistics(norm)
    pooled = values / count
    mean.copy_(pooled)
    variance.copy_((squares / count - pooled.square()).clamp_min(0) * count / (count - 1))


class _Pooled:
    """The hook of one norm: ``sums`` ``[3, c]`` over the values of a channel, how many, of them, of their squares.

    With a momentum of 1 a norm's running statistics are those of its last batch, so it says them itself, whatever
    kind of norm it is.
    """

    def __init__(self, wide: torch.dtype) -> None:
        self.sums: Tensor | None = None
        self._wide = wide

    def __call__(self, norm: nn.Module, given: tuple[Tensor, ...], _output: Tensor) -> None:
        assert isinstance(norm, _BatchNorm), "only these count"
        count = given[0].numel() // norm.num_features
        mean, variance = (values.to(self._wide) for values in _statistics(norm))
        within = variance * ((count - 1) / count)
        batch = torch.stack([torch.ones_like(mean), mean, within + mean.square()]) * count
        self.sums = batch if self.sums is None else self.sums + batch


@contextmanager
def _pooling(norms: Sequence[_BatchNorm], wide: torch.dtype) -> Iterator[list[_Pooled]]:
    """Inside, the norms work as in training and what passes them is pooled; ``evaluation_mode`` puts modes back."""
    pooled = [_Pooled(wide) for _norm in norms]
    handles = [norm.register_forward_hook(hook) for norm, hook in zip(norms, pooled, strict=True)]
    before = [(norm.momentum, [count.clone() for count in _batches_seen(norm)]) for norm in norms]
    for norm in norms:
        norm.momentum = 1.0
        norm.train()
    try:
        yield pooled
    finally:
        for handle, norm, (momentum, seen) in zip(handles, norms, before, strict=True):
            handle.remove()
            norm.momentum = momentum
            for count, own in zip(_batches_seen(norm), seen, strict=True):
                count.copy_(own)


def _batches_seen(norm: _BatchNorm) -> list[Tensor]:
    """How many batches it has counted, which these are not among."""
    return [] if norm.num_batches_tracked is None else [norm.num_batches_tracked]
