"""Learning-rate schedules: pure functions of progress, so that there is no state to lose.

Each gives a factor on the optimiser's rate at ``epoch`` (a real number: 2.5 is the middle of the third epoch) of
a phase of ``epochs``.  One-cycle: Smith & Topin 2018, "Super-convergence"; cosine: Loshchilov & Hutter 2017, eq. 5
without restarts.
"""

from __future__ import annotations

import bisect
import math

from trasluz.recipe import ScheduleSection


def factor(schedule: ScheduleSection, epoch: float, epochs: int) -> float:
    """The factor on the learning rate at ``epoch`` (0 ≤ epoch ≤ epochs)."""
    if epoch < schedule.warmup:
        return epoch / schedule.warmup
    if schedule.name == "piecewise":
        return schedule.factors[bisect.bisect_right(schedule.epochs, epoch)]
    if schedule.name == "step":
        return schedule.gamma ** (int(epoch) // schedule.every)
    if schedule.name == "cosine":
        length = max(epochs - schedule.warmup, 1e-9)
        return _cosine(1.0, schedule.final, (epoch - schedule.warmup) / length)
    if schedule.name == "one-cycle":
        return _one_cycle(schedule, epoch / epochs)
    return 1.0


def _one_cycle(schedule: ScheduleSection, done: float) -> float:
    if done < schedule.peak:
        return schedule.start + (1 - schedule.start) * done / schedule.peak
    return _cosine(1.0, schedule.final, (done - schedule.peak) / (1 - schedule.peak))


def _cosine(start: float, end: float, done: float) -> float:
    return end + (start - end) * (1 + math.cos(math.pi * min(done, 1.0))) / 2
