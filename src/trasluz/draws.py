"""The clock's dice: every random number is a function of (seed, purpose, epoch, step or position).

Nothing here has state that could be lost: resuming at epoch 7, step 31 draws what the uninterrupted run drew.
Draws that belong to a sample (augmentation, reparameterisation) depend on the sample's position in the epoch,
not on the batch or the process that happens to hold it.  They come from a counter-based generator: SplitMix64's
finaliser (Steele, Lea & Flood 2014, "Fast splittable pseudorandom number generators", fig. 15) over a hashed key.
Large masks (dropout) are drawn inside ``ambient``, which seeds the global generators and puts them back.
"""

from __future__ import annotations

import hashlib
import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor

_GOLDEN = -7046029254386353131  # 0x9E3779B97F4A7C15 as a signed 64-bit number
_MIX1 = -4658895280553007687  # 0xBF58476D1CE4E5B9
_MIX2 = -7723592293110705685  # 0x94D049BB133111EB


# PyTorch's global generators are the process's: while one thread has seeded them for a block, others wait with theirs.
_global_generators = threading.RLock()


def _key(*parts: int | str) -> int:
    """A signed 64-bit number that depends on every part."""
    digest = hashlib.blake2b("\0".join(map(str, parts)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)


def _shift(x: Tensor, bits: int) -> Tensor:
    """Logical right shift of signed 64-bit integers."""
    return (x >> bits) & ((1 << (64 - bits)) - 1)


def _mix(x: Tensor) -> Tensor:
    x = (x ^ _shift(x, 30)) * _MIX1
    x = (x ^ _shift(x, 27)) * _MIX2
    return x ^ _shift(x, 31)


@dataclass(frozen=True)
class Draws:
    """All randomness of a run, from one seed."""

    seed: int

    def child(self, purpose: str, *where: int) -> Draws:
        """Draws of their own for a part of the run, such as a phase."""
        return Draws(_key(self.seed, purpose, *where) & (2**63 - 1))

    def generator(self, purpose: str, *where: int) -> torch.Generator:
        """A CPU generator for ``purpose`` at ``where`` (epoch, step, rank: as many numbers as belong to it)."""
        return torch.Generator().manual_seed(_key(self.seed, purpose, *where) & (2**63 - 1))

    def permutation(self, purpose: str, epoch: int, n: int) -> Tensor:
        """A random order of ``n`` samples, int64 ``[n]``."""
        return torch.randperm(n, generator=self.generator(purpose, epoch))

    def uniform(self, purpose: str, epoch: int, positions: Tensor, *shape: int) -> Tensor:
        """Float32 in [0, 1), ``[n, *shape]`` for ``n`` positions, on the positions' device."""
        width = math.prod(shape)
        lanes = torch.arange(width, device=positions.device, dtype=torch.int64)
        start = _mix(positions.to(torch.int64) * _GOLDEN + _key(self.seed, purpose, epoch))
        bits = _mix(start[:, None] + (lanes + 1) * _GOLDEN)
        return (_shift(bits, 40).to(torch.float32) * 2.0**-24).reshape(len(positions), *shape)

    def normal(self, purpose: str, epoch: int, positions: Tensor, *shape: int) -> Tensor:
        """Standard normal float32 ``[n, *shape]`` (Box–Muller 1958), on the positions' device."""
        width = math.prod(shape)
        half = (width + 1) // 2
        pair = self.uniform(purpose, epoch, positions, 2 * half)
        radius = torch.sqrt(-2 * torch.log1p(-pair[:, :half]))
        angle = 2 * math.pi * pair[:, half:]
        both = torch.cat([radius * torch.cos(angle), radius * torch.sin(angle)], dim=1)
        return both[:, :width].reshape(len(positions), *shape)

    @contextmanager
    def ambient(self, purpose: str, *where: int, device: torch.device | None = None) -> Iterator[None]:
        """Seeds PyTorch's global generators inside the block and restores them after it; one thread at a time."""
        # torch.random.fork_rng does the same in ten times the time, and this stands around every training step.
        generators = [torch.default_generator]
        if device is not None and device.type == "cuda":
            here = torch.cuda.current_device() if device.index is None else device.index
            generators.append(torch.cuda.default_generators[here])
        seed = _key(self.seed, purpose, *where) & (2**63 - 1)
        with _global_generators:
            states = [generator.get_state() for generator in generators]
            try:
                for generator in generators:
                    generator.manual_seed(seed)
                yield
            finally:
                for generator, state in zip(generators, states, strict=True):
                    generator.set_state(state)

    def at(self, epoch: int, step: int, positions: Tensor) -> StepDraws:
        """The draws of one step, for the samples at ``positions`` of the epoch."""
        return StepDraws(self, epoch, step, positions)


@dataclass(frozen=True)
class StepDraws:
    """Draws bound to one step: what a family and the augmentation see."""

    draws: Draws
    epoch: int
    step: int
    positions: Tensor

    def uniform(self, purpose: str, *shape: int) -> Tensor:
        """Float32 in [0, 1), one row per sample of the batch: ``[n, *shape]``."""
        return self.draws.uniform(purpose, self.epoch, self.positions, *shape)

    def normal(self, purpose: str, *shape: int) -> Tensor:
        """Standard normal float32, one row per sample of the batch: ``[n, *shape]``."""
        return self.draws.normal(purpose, self.epoch, self.positions, *shape)
