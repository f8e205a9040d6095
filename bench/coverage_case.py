"""What a simulation of intervals is made of: cases with a known truth, and kinds of numbers with their method."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

SAMPLES, SEEDS = (10, 40, 270), (2, 3, 5)

Generator = np.random.Generator
Interval = tuple[float, float]
Draw = Callable[[Generator, int], np.ndarray]


@dataclass(frozen=True)
class Case:
    """Data of one sort: ``draw`` gives the interval of fresh samples, so many of them; ``truth`` is what it should
    hold."""

    what: str
    truth: float
    draw: Callable[[Generator, int], Interval]


@dataclass(frozen=True)
class Kind:
    """A kind of number: its ``method`` in words, the cases it is tried on, and how many samples these have."""

    title: str
    method: str
    cases: Callable[[], list[Case]]
    counts: tuple[int, ...] = SAMPLES
    fewer: int = 1  # of the repetitions, where one takes long
