"""Engine: what a step needs that is not the family's business.

Precision, backward, gradients averaged over processes (whatever method produced them), clipping, accumulation,
optimiser steps and their rates, and the exponential moving average of the weights.
"""

from __future__ import annotations

import copy
import dataclasses
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.optim import Optimizer

from trasluz.data.feed.batch import Batch
from trasluz.data.feed.batches import Process
from trasluz.errors import RecipeError
from trasluz.families.base import Update
from trasluz.messages import _
from trasluz.model.hardware import Hardware
from trasluz.model.memory import kept_memory
from trasluz.recipe import TrainSection
from trasluz.rng import StepRng
from trasluz.training._fabric import Fabric
from trasluz.training.decay import decays
from trasluz.training.optimisers import load_optimiser, make_optimiser, set_rate
from trasluz.training.phases import rate_factors
from trasluz.training.processes import accompanied
from trasluz.training.schedules import factor

_NVML = "PYTORCH_NVML_BASED_CUDA_CHECK"


def make_fabric(hardware: Hardware) -> Fabric:
    """Lightning's Fabric for this hardware: devices, process groups and precision."""
    # Fabric announces its precision at every start; ours is in run.json.
    logging.getLogger("lightning_fabric.utilities.rank_zero").setLevel(logging.WARNING)
    several = hardware.devices * hardware.nodes > 1
    return Fabric(
        accelerator=hardware.device,
        devices=hardware.devices,
        num_nodes=hardware.nodes,
        precision="bf16-mixed" if hardware.precision == "bf16" else "32-true",
        strategy="ddp" if several else "auto",
    )


@contextmanager
def launched(hardware: Hardware) -> Iterator[Fabric]:
    """This hardware's Fabric with its processes connected; they part in order when the block ends.

    A process that ends with its threads of communication still running aborts now and then.
    """
    fabric = make_fabric(hardware)
    joined = dist.is_available() and dist.is_initialized()
    with accompanied(hardware.devices * hardware.nodes > 1):
        fabric.launch()
        try:
            yield fabric
        finally:
            if not joined and dist.is_available() and dist.is_initialized():
                dist.destroy_process_group()


@contextmanager
def computing(hardware: Hardware) -> Iterator[None]:
    """The process-wide settings of the hardware, put back afterwards."""
    threads = torch.get_num_threads()
    cudnn = (torch.backends.cudnn.benchmark, torch.backends.cudnn.deterministic)
    torch.set_num_threads(hardware.threads)
    torch.backends.cudnn.benchmark, torch.backends.cudnn.deterministic = False, True
    # Lightning asks for CUDA through NVML, and Adam asks for CUDA at every step: 2 % of a small network's step.
    through_nvml = os.environ.pop(_NVML, None)
    try:
        with kept_memory(hardware.device):
            yield
    finally:
        if through_nvml is not None:
            os.environ[_NVML] = through_nvml
        torch.set_num_threads(threads)
        torch.backends.cudnn.benchmark, torch.backends.cudnn.deterministic = cudnn


class Engine:
    """Serves one phase: its optimisers, its clipping, its share of the processes."""

    def __init__(
        self, fabric: Fabric, networks: nn.ModuleDict, updates: tuple[Update, ...], train: TrainSection
    ) -> None:
        self.fabric = fabric
        self.device = fabric.device
        self.train = train
        self.networks = networks
        self.process = self.process_of(fabric)
        named = {u.name: _trainable(networks, u) for u in updates}
        self.parameters = {name: [p for _name, p in pairs] for name, pairs in named.items()}
        _check_names(train, tuple(self.parameters))
        sections = {u.name: train.optimisers.get(u.name, train.optimiser) for u in updates}
        self.rates = {name: section.learning_rate for name, section in sections.items()}
        factors = rate_factors(networks, train.learning_rate_factors)
        decaying = decays(networks)
        self.optimisers: dict[str, Optimizer] = {
            n: make_optimiser(sections[n], pairs, factors, decaying) for n, pairs in named.items() if pairs
        }
        self.averaged = copy.deepcopy(networks).requires_grad_(False) if train.ema else None
        self._averaged_steps = 0
        self._step = 0
        self._weight = 1.0

    @staticmethod
    def process_of(fabric: Fabric) -> Process:
        """Which of the processes this is."""
        return Process(fabric.global_rank, fabric.world_size)

    @property
    def precision(self) -> str:
        """Of forward passes: the type in which matrices are multiplied."""
        kind = self.device.type
        with self.forward():
            return str(torch.get_autocast_dtype(kind) if torch.is_autocast_enabled(kind) else torch.float32)

    @property
    def evaluated(self) -> nn.ModuleDict:
        """The networks that evaluation and the final model use: the moving average where there is one."""
        return self.networks if self.averaged is None else self.averaged

    def begin_step(self, step: int, epoch: float, weight: float) -> float:
        """Sets the learning rates for step ``step`` of the phase; returns the factor in force.

        ``weight`` is what this process's mean counts for in the mean over processes (1 for even shares).
        """
        scale = factor(self.train.schedule, epoch, self.train.epochs)
        for name, optimiser in self.optimisers.items():
            set_rate(optimiser, self.rates[name] * scale)
        self._step, self._weight = step, weight
        return scale

    def due(self, update: Update) -> bool:
        """Whether this update runs at this step."""
        return self._step % update.every == 0

    def parts(self, batch: Batch, rng: StepRng) -> Iterator[tuple[Batch, StepRng, float]]:
        """The batch in ``train.accumulate`` nearly equal parts, with their shares of it."""
        count = min(self.train.accumulate, len(batch))
        if count == 1:
            yield batch, rng, 1.0
            return
        for rows in torch.arange(len(batch), device=self.device).tensor_split(count):
            part = dataclasses.replace(batch, **{k: v[rows] for k, v in vars(batch).items() if v is not None})
            own = rng.of(rng.positions[rows])
            yield part, own, len(rows) / len(batch)

    @contextmanager
    def forward(self) -> Iterator[None]:
        """Precision for a forward pass."""
        with self.fabric.autocast():
            yield

    def backward(self, update: Update, total: Tensor, share: float) -> None:
        """Adds the gradient of ``share · total`` to the parameters that the update moves."""
        factor_ = share * self._weight
        scaled = total if factor_ == 1.0 else total * factor_
        if self.parameters[update.name]:
            torch.autograd.backward(scaled, inputs=self.parameters[update.name])

    def apply(self, update: Update) -> None:
        """Averages gradients over processes, clips, steps, follows with the moving average, and clears gradients."""
        parameters = self.parameters[update.name]
        if not parameters:
            return
        if self.process.world > 1:
            _average([p.grad for p in parameters if p.grad is not None], self.process.world)
        if self.train.clip is not None:
            torch.nn.utils.clip_grad_norm_(parameters, self.train.clip)
        self.optimisers[update.name].step()
        for parameter in parameters:  # what zero_grad does in ten times the time
            parameter.grad = None

    def end_step(self) -> None:
        """Moves the average of the weights, once per step, after all updates.

        Early on the average forgets faster (decay ≤ (1 + t) / (10 + t)), so that it never remembers the random
        start; buffers such as batch norm's statistics are averaged too.
        """
        if self.averaged is None or self.train.ema is None:
            return
        self._averaged_steps += 1
        decay = min(self.train.ema, (1 + self._averaged_steps) / (10 + self._averaged_steps))
        live, average = self.networks.state_dict(), self.averaged.state_dict()
        floats = [name for name, value in live.items() if value.is_floating_point()]
        torch._foreach_lerp_([average[n] for n in floats], [live[n] for n in floats], 1 - decay)
        for name in live.keys() - set(floats):
            average[name].copy_(live[name])

    def sum_over_processes(self, values: Tensor) -> Tensor:
        """The sum of ``values`` over all processes."""
        if self.process.world > 1:
            dist.all_reduce(values)
        return values

    def mean_over_batch(self, values: Tensor) -> Tensor:
        """The mean over the samples of a step, from this process's mean over its own; ``values`` stay as they are."""
        if self.process.world == 1:
            return values
        return self.sum_over_processes(values * self._weight) / self.process.world

    def agree_on_buffers(self) -> None:
        """Averages batch norm's statistics over processes, those of the moving average too, so that all hold the same
        model."""
        if self.process.world == 1:
            return
        for networks in (self.networks, *([] if self.averaged is None else [self.averaged])):
            _average([b for b in networks.buffers() if b.is_floating_point()], self.process.world)

    def set_weights(self, weights: Mapping[str, Tensor]) -> None:
        """Puts other weights into the networks and their average; the optimisers go on with what they remember."""
        self.networks.load_state_dict(weights)
        if self.averaged is not None:
            self.averaged.load_state_dict(weights)

    def state_dict(self) -> dict[str, Any]:
        """Everything that has state."""
        return {
            "networks": self.networks.state_dict(),
            "averaged": None if self.averaged is None else self.averaged.state_dict(),
            "averaged_steps": self._averaged_steps,
            "optimisers": {name: optimiser.state_dict() for name, optimiser in self.optimisers.items()},
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Puts the engine where ``state_dict`` left it."""
        self.networks.load_state_dict(state["networks"])
        if self.averaged is not None and state["averaged"] is not None:
            self.averaged.load_state_dict(state["averaged"])
        self._averaged_steps = state["averaged_steps"]
        for name, optimiser in self.optimisers.items():
            load_optimiser(optimiser, state["optimisers"][name])


def _check_names(train: TrainSection, updates: tuple[str, ...]) -> None:
    """Refuses an optimiser that no update would use.

    Raises:
        RecipeError: names it, and the updates that there are.
    """
    unknown = sorted(train.optimisers.keys() - set(updates))
    if unknown:
        message = _("train.optimisers.{name}: this family has no such update; allowed: {allowed}.")
        raise RecipeError(message.format(name=unknown[0], allowed=", ".join(updates)))


def _trainable(networks: nn.ModuleDict, update: Update) -> list[tuple[str, nn.Parameter]]:
    chosen = tuple(networks) if update.networks == ("*",) else update.networks
    return [(n, p) for name in chosen for n, p in networks[name].named_parameters(prefix=name) if p.requires_grad]


def _average(tensors: list[Tensor], world: int) -> None:
    """Replaces each tensor by its mean over processes, in one exchange."""
    if not tensors:
        return
    flat = torch.cat([tensor.reshape(-1) for tensor in tensors])
    dist.all_reduce(flat)
    flat /= world
    for tensor, mean in zip(tensors, torch.split(flat, [tensor.numel() for tensor in tensors]), strict=True):
        tensor.copy_(mean.reshape(tensor.shape))
