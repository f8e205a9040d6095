"""From seconds to epochs: how long phases take at a measured pace, and how many epochs of the last one a time allows.

Pure arithmetic.  Where fewer than eight passes over the images fit, epochs are counted in steps instead, so that
validation is still measured eight times and any budget can be kept.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from trasluz.choosing.pace import Pace
from trasluz.recipe import TrainSection

_IN_HAND = 0.1  # of the minutes: no run is cut, so a machine that is slower later must not exceed them
_LEAST_IN_HAND = 3.0  # seconds: what is written before and after a training, which is more than a tenth of little
FEW_EPOCHS = 8  # below, epochs are counted in steps
_FEWEST_STEPS = 5  # per epoch
_FRAMES, _GRIDS = 11, 100  # pictures kept of a training: film frames, and grids of families that generate
_SETTLED = 2000  # images from which running statistics are computed anew, at most
_FIRST_STEPS = 4  # steps of the trial before a training, with the first


def usable(minutes: float) -> float:
    """Seconds of ``minutes`` that are planned with; the rest is kept in hand."""
    return 60 * minutes - max(60 * minutes * _IN_HAND, _LEAST_IN_HAND)


def minutes_for(seconds: float) -> float:
    """The minutes, to a tenth, of which ``seconds`` are usable."""
    return math.ceil(max(seconds / (1 - _IN_HAND), seconds + _LEAST_IN_HAND) / 6) / 10


@dataclass(frozen=True)
class Work:
    """What a phase has to do: ``train`` images per pass, ``judged`` per validation (those compared with it included),
    whether pictures are kept of every epoch (``generates``), and how often validation is measured in so many epochs."""

    train: int
    judged: int
    generates: bool
    every: Callable[[int], int]


@dataclass(frozen=True)
class Epochs:
    """How many; ``steps`` of each, or ``None`` where each is one pass."""

    count: int
    steps: int | None = None


def phase_seconds(pace: Pace, train: TrainSection, work: Work, epochs: Epochs) -> float:
    """Seconds of a phase with ``epochs``, from building its networks to its last validation."""
    images = work.train if epochs.steps is None else epochs.steps * _batch(train, work)
    small = 0 if train.progressive is None else round(train.progressive.until * epochs.count)
    steps = images * (small * pace.small + (epochs.count - small) * pace.full)
    measured = math.ceil(epochs.count / work.every(epochs.count)) + 1  # at the end before and after statistics settle
    judging = pace.judged * (measured * work.judged + min(_SETTLED, work.train))
    pictures = pace.frame * min(epochs.count + 1, _GRIDS if work.generates else _FRAMES)
    first = pace.start + _FIRST_STEPS * _batch(train, work) * pace.full
    return first + pace.features * (work.train + work.judged) + steps + judging + pictures


def epochs_within(
    seconds: float, pace: Pace, train: TrainSection, work: Work, most: int, few: int = FEW_EPOCHS
) -> Epochs | None:
    """The most epochs (at most ``most``) that end within ``seconds``; ``None`` where not even a few steps do.

    Below ``few`` passes over the images epochs are counted in steps.
    """

    def fits(epochs: Epochs) -> bool:
        return phase_seconds(pace, train, work, epochs) <= seconds

    for count in range(most, min(few, most) - 1, -1):
        if fits(Epochs(count)):
            return Epochs(count)
    count = min(few, most)
    whole = math.ceil(work.train / _batch(train, work))
    low, high = _FEWEST_STEPS, whole - 1
    if high < low or not fits(Epochs(count, low)):
        return next((Epochs(c) for c in range(count - 1, 0, -1) if fits(Epochs(c))), None)
    while low < high:  # the most steps that fit
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(Epochs(count, middle)) else (low, middle - 1)
    return Epochs(count, low)


def _batch(train: TrainSection, work: Work) -> int:
    return work.train if train.batch == "full" else min(train.batch, work.train)
