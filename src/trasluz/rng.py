"""The clock's dice: every random number is a function of (seed, purpose, epoch, step or position).

Nothing here has state that could be lost: resuming at epoch 7, step 31 draws what the uninterrupted run drew.
Draws that belong to a sample (augmentation, reparameterisation) depend on the sample's position in the epoch,
not on the batch or the process that happens to hold it.  They come from a counter-based generator: SplitMix64's
finaliser (Steele, Lea & Flood 2014, "Fast splittable pseudorandom number generators", fig. 15) over a folded key.

A key is a 64-bit number.  For one network it stays a number of the host, which costs a microsecond; stacked as a tensor
``[k]`` it serves k networks at once under ``torch.func.vmap``, each of which then draws just what it draws alone.
Modules that only know PyTorch's global generators run inside ``ambient``, which seeds them and puts them back.
"""

from __future__ import annotations

import hashlib
import math
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache, lru_cache

import numpy as np
import torch
from torch import Tensor

Key = int | Tensor  # a signed 64-bit number: of the host, or an int64 tensor (0-d, as each member sees its own)

_GOLDEN = -7046029254386353131  # 0x9E3779B97F4A7C15 as a signed 64-bit number
_MIX1 = -4658895280553007687  # 0xBF58476D1CE4E5B9
_MIX2 = -7723592293110705685  # 0x94D049BB133111EB
_WORD = (1 << 64) - 1

# PyTorch's global generators are the process's: while one thread has seeded them for a block, others wait with theirs.
_global_generators = threading.RLock()


def _shift(x: Tensor, bits: int) -> Tensor:
    """Logical right shift of signed 64-bit integers."""
    return (x >> bits) & ((1 << (64 - bits)) - 1)


def _mix(x: Tensor) -> Tensor:
    x = (x ^ _shift(x, 30)) * _MIX1
    x = (x ^ _shift(x, 27)) * _MIX2
    return x ^ _shift(x, 31)


def _mix_number(x: int) -> int:
    """``_mix`` of one number of the host: the same bits, without ten operations on tensors."""
    x &= _WORD
    x = ((x ^ (x >> 30)) * _MIX1) & _WORD
    x = ((x ^ (x >> 27)) * _MIX2) & _WORD
    return _signed(x ^ (x >> 31))


def _signed(x: int) -> int:
    x &= _WORD
    return x - (1 << 64) if x >> 63 else x


@cache
def _word(purpose: str) -> int:
    """A signed 64-bit number that stands for ``purpose``."""
    return int.from_bytes(hashlib.blake2b(purpose.encode(), digest_size=8).digest(), "little", signed=True)


@lru_cache(maxsize=1 << 14)  # purposes, epochs, ranks and the steps of an epoch come again and again
def _mixed_word(word: int) -> int:
    return _mix_number((word + 1) * _GOLDEN)


def _fold(key: Key, *words: Key) -> Key:
    """A key that depends on ``key`` and on every word, in their order."""
    for word in words:
        # Times the golden ratio, as SplitMix counts: the finaliser alone leaves small numbers correlated.
        folded = _mixed_word(word) if isinstance(word, int) else _mix((word + 1) * _GOLDEN)
        key = _mix_number(key ^ folded) if isinstance(key, int) and isinstance(folded, int) else _mix(key ^ folded)  # type: ignore[arg-type]  # one of them is a tensor, so what they give is one
    return key


@dataclass(frozen=True)
class Rng:
    """All randomness of a run, from one seed; a part of it, from ``child``."""

    key: Key

    @staticmethod
    def stack(members: Sequence[Rng]) -> Rng:
        """One for ``vmap``, over the first axis of its key ``[k]``: each member draws as it does alone."""
        return Rng(torch.stack([torch.as_tensor(member.key, dtype=torch.int64) for member in members]))

    def child(self, purpose: str, *where: Key) -> Rng:
        """Draws of their own for a part of the run, such as a phase."""
        return Rng(_fold(self.key, _word(purpose), *where))

    def number(self, purpose: str, *where: int) -> int:
        """A number from 0 to 2^63 − 1, on the host; of a stacked key there is none."""
        return int(_fold(self.key, _word(purpose), *where)) & (2**63 - 1)

    def generator(self, purpose: str, *where: int) -> torch.Generator:
        """A CPU generator for ``purpose`` at ``where`` (epoch, step, rank: as many numbers as belong to it)."""
        return torch.Generator().manual_seed(self.number(purpose, *where))

    def permutation(self, purpose: str, epoch: int, n: int) -> Tensor:
        """A random order of ``n`` samples, int64 ``[n]``."""
        return torch.randperm(n, generator=self.generator(purpose, epoch))

    def places(self, purpose: str, numbers: np.ndarray) -> np.ndarray:
        """Float64 in [0, 1), of 53 bits, one for each of ``numbers`` int64 ``[n]`` and a function of it."""
        start = _mix(torch.from_numpy(numbers) * _GOLDEN + _fold(self.key, _word(purpose)))
        found: np.ndarray = (_shift(_mix(start + _GOLDEN), 11).to(torch.float64) * 2.0**-53).numpy()
        return found

    def uniform(self, purpose: str, epoch: Key, positions: Tensor, *shape: int) -> Tensor:
        """Float32 in [0, 1), ``[n, *shape]`` for ``n`` positions, on the positions' device."""
        width = math.prod(shape)
        lanes = torch.arange(width, device=positions.device, dtype=torch.int64)
        start = _mix(positions.to(torch.int64) * _GOLDEN + _fold(self.key, _word(purpose), epoch))
        bits = _mix(start[:, None] + (lanes + 1) * _GOLDEN)
        return (_shift(bits, 40).to(torch.float32) * 2.0**-24).reshape(len(positions), *shape)

    def normal(self, purpose: str, epoch: Key, positions: Tensor, *shape: int) -> Tensor:
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
        seed = self.number(purpose, *where)
        with _global_generators:
            states = [generator.get_state() for generator in generators]
            try:
                for generator in generators:
                    generator.manual_seed(seed)
                yield
            finally:
                for generator, state in zip(generators, states, strict=True):
                    generator.set_state(state)

    def at(self, epoch: Key, step: Key, positions: Tensor, rank: int = 0) -> StepRng:
        """The draws of one step, for the samples at ``positions`` of the epoch, in the process ``rank``."""
        return StepRng(self, epoch, step, positions, rank)


@dataclass(frozen=True)
class StepRng:
    """Draws bound to one step: what a family and the augmentation see."""

    rng: Rng
    epoch: Key
    step: Key
    positions: Tensor
    rank: int = 0

    def uniform(self, purpose: str, *shape: int) -> Tensor:
        """Float32 in [0, 1), one row per sample of the batch: ``[n, *shape]``."""
        return self.rng.uniform(purpose, self.epoch, self.positions, *shape)

    def normal(self, purpose: str, *shape: int) -> Tensor:
        """Standard normal float32, one row per sample of the batch: ``[n, *shape]``."""
        return self.rng.normal(purpose, self.epoch, self.positions, *shape)

    def child(self, purpose: str) -> StepRng:
        """Draws of their own for a part of the step, for the same samples."""
        return replace(self, rng=self.rng.child(purpose))

    def of(self, positions: Tensor) -> StepRng:
        """The draws of the samples at these positions of the epoch."""
        return replace(self, positions=positions)

    def of_step(self, purpose: str) -> Rng:
        """Draws that belong to the step and the process instead of a sample, such as dropout's masks."""
        return self.rng.child(purpose, self.epoch, self.step, self.rank)
