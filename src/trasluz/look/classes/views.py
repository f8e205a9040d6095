"""Views: which features a probe of labels reads, the network's or those of the pictures themselves.

A network that has learned wrong labels by heart has moved those samples among the class that they are called, so that
a probe on its features believes them, also one that was not taught them.  It shows: such a probe names the labels of
samples that trained the network more often than those of samples that did not.  Then the pictures' own features judge,
for which no label was used.

A little learned by heart does not show so: it makes wrong labels likelier, and leaves another class the likeliest.
Then the network's features show errors, but no surest end at which only wrong labels are left, and hence no noise.  The
pictures' own features do, and most of the labels that they suspect are errors to the network's features, too: the two
agree on which labels are not believed, and those that never saw a label say why (``sees_more``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from trasluz.look.classes.suspicion import Suspicion
from trasluz.metrics.intervals import wilson

_LEAST = 0.01  # of labels wrong: of clean data up to that share looks so
_LEAST_GAP = 0.02  # more than that is learned by heart
_ERRORS = 1.645  # standard errors by which a difference counts, one-sided 5 %


@dataclass(frozen=True)
class HeldOut:
    """How often probes name the labels that they were not taught: of samples that ``trained`` the network (a share of
    ``trained_count``) and of samples that did not (``held_out``, of ``held_out_count``)."""

    trained: float
    trained_count: int
    held_out: float
    held_out_count: int

    @property
    def by_heart(self) -> bool:
        """Whether the network's features know labels that they were trained by; so it is also where nothing was held
        out, because then nobody can say that they do not."""
        if not self.held_out_count:
            return True
        error = math.sqrt(
            self.trained * (1 - self.trained) / self.trained_count
            + self.held_out * (1 - self.held_out) / self.held_out_count
        )
        return self.trained - self.held_out > max(_LEAST_GAP, _ERRORS * error)


def held_out(said: np.ndarray, labels: np.ndarray, others_said: np.ndarray, others: np.ndarray) -> HeldOut:
    """From classes int64 ``[n]`` that probes named for training samples with ``labels``, and ``[m]`` for ``others``."""
    share = float((others_said == others).mean()) if len(others) else 0.0
    return HeldOut(float((said == labels).mean()), len(labels), share, len(others))


def asks_pictures(found: Suspicion, labels: np.ndarray) -> bool:
    """Whether the network's features disbelieve more than a hundredth of the ``labels`` int64 ``[n]``, surely, and
    cannot say whether these are wrong, though they tell the classes apart."""
    doubted = int((found.noise.belief.argmax(1) != labels).sum())
    return found.trust == "good" and found.noise.low < _LEAST <= wilson(doubted, len(labels))[0]


def sees_more(pictures: Suspicion, network: Suspicion, labels: np.ndarray) -> bool:
    """Whether the pictures' features surely see wrong labels among ``labels``, most of which, surely, the network's
    features hold for another class, too."""
    if pictures.noise.low < _LEAST or not len(pictures.suspects):
        return False
    shared = network.noise.belief[pictures.suspects].argmax(1) != labels[pictures.suspects]
    return wilson(int(shared.sum()), len(shared))[0] > 0.5
