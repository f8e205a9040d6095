"""What all schedules share: the linear warm-up, and the half cosine that two of them end with.

A schedule gives a factor on the optimiser's rate at ``epoch`` (a real number: 2.5 is the middle of the third epoch)
of a phase of ``epochs``.
"""

from __future__ import annotations

import math
from typing import Any, Protocol

from trasluz.components import Parts
from trasluz.recipe.train import ScheduleSection


class Part(Protocol):
    """What a file of this package offers."""

    Config: type[ScheduleSection]

    def factor(self, config: Any, epoch: float, epochs: int) -> float:
        """The factor on the learning rate at ``epoch`` once warm."""
        ...


PARTS: Parts[Part] = Parts("trasluz.training.schedules", "train.schedule.name")


def factor(schedule: ScheduleSection, epoch: float, epochs: int) -> float:
    """The factor on the learning rate at ``epoch`` (0 ≤ epoch ≤ epochs)."""
    if epoch < schedule.warmup:
        return epoch / schedule.warmup
    return PARTS.find(schedule.name).factor(schedule, epoch, epochs)


def half_cosine(start: float, end: float, done: float) -> float:
    """From ``start`` to ``end`` along half a cosine, of which the share ``done`` has passed."""
    return end + (start - end) * (1 + math.cos(math.pi * min(done, 1.0))) / 2
