"""What the checks of heat maps say, as yes, no or not known: by 95 % intervals over random networks, or over
images, by groups where these come in some.

Nothing is said in words here: drawings and findings both ask.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trasluz.look.checks.known_mean import known_mean
from trasluz.look.checks.pixel_removal import areas
from trasluz.metrics.clustered import any_mean, hits_interval
from trasluz.metrics.intervals import bounded_mean

if TYPE_CHECKING:
    from trasluz.look.looks import cam
    from trasluz.look.looks.trust import TrustResult

ALIKE = 0.7  # rank correlation at which maps share half of the variance of their ranks: they look the same
LEAST = 0.02  # of probability or accuracy: a smaller gain over another order is none, however sure it is
FEWEST = 10  # images of which anything is claimed


@dataclass(frozen=True)
class Measured:
    """A mean with its 95 % interval; NaN throughout where nothing is known."""

    mean: float
    low: float
    high: float

    @property
    def known(self) -> bool:
        """Whether there is anything."""
        return not math.isnan(self.mean)

    @property
    def above_zero(self) -> bool:
        """Whether it surely is."""
        return self.low > 0

    @property
    def gains(self) -> bool:
        """Whether it surely is, by enough to matter."""
        return self.low > 0 and self.mean >= LEAST

    @property
    def gains_nothing(self) -> bool:
        """Whether it surely is not above zero by enough to matter."""
        return self.high < LEAST


def measured(values: np.ndarray, groups: np.ndarray | None = None) -> Measured:
    """The mean of the finite ``values`` ``[n]`` with Student's interval, or by ``groups`` int64 ``[n]``, if any."""
    known = np.isfinite(values)
    if not known.any():
        return Measured(math.nan, math.nan, math.nan)
    return Measured(*any_mean(values[known], _of(groups, known)))


def correlated(values: np.ndarray) -> Measured:
    """The mean of the finite correlations ``values`` ``[n]`` with its interval inside [−1, 1]."""
    known = np.isfinite(values)
    if not known.any():
        return measured(values)
    found = values[known]
    return Measured(float(found.mean()), *bounded_mean(found, -1.0, 1.0))


def _of(groups: np.ndarray | None, known: np.ndarray) -> np.ndarray | None:
    """The groups of those that are ``known``, bool ``[n]``; none where each is by itself."""
    return groups[known] if groups is not None and len(groups) else None


@dataclass(frozen=True)
class Judged:
    """What the checks say of one method's maps of a model.

    ``alike``: rank correlation with the maps of random networks; ``rise``: how much more complex those are, as a
    share.  ``deletion``, ``insertion``, ``road``: by how much the map is better than its random rival, and than its
    centred one, in areas; positive is better.
    """

    method: str
    alike: Measured
    rise: Measured
    deletion: tuple[Measured, Measured]
    insertion: tuple[Measured, Measured]
    road: tuple[Measured, Measured]

    @property
    def same_as_random(self) -> bool:
        """Whether random networks give maps that look the same."""
        return self.alike.known and self.alike.mean >= ALIKE

    @property
    def no_simpler(self) -> bool:
        """Whether maps of random networks are surely no more complex: the test of Hedström et al. is failed."""
        return self.rise.known and self.rise.high < 0

    @property
    def follows_weights(self) -> bool:
        """Whether maps of random networks look different, and are surely more complex."""
        return self.alike.known and not self.same_as_random and self.rise.above_zero

    @property
    def marks(self) -> bool:
        """Whether what the map ranks high matters more to the model than what its rivals do, by any of the curves."""
        return any(all(gain.gains for gain in pair) for pair in self._curves)

    @property
    def marks_nothing(self) -> bool:
        """Whether by each of the curves one of its rivals is surely as good."""
        return all(any(gain.gains_nothing for gain in pair) for pair in self._curves)

    @property
    def _curves(self) -> tuple[tuple[Measured, Measured], ...]:
        return self.deletion, self.insertion, self.road


def judge(found: TrustResult, method: str) -> Judged:
    """What the checks say of the maps of ``method``."""
    m = found.methods.index(method)
    deletion, insertion = areas(found.deletion[m]), areas(found.insertion[m])
    return Judged(
        method,
        correlated(known_mean(found.alike[m], 1)),
        measured(known_mean(found.rise[m], 1)),
        gains(-deletion, found.groups),
        gains(insertion, found.groups),
        gains(-found.road[m].mean(-1), found.groups),
    )


def gains(worth: np.ndarray, groups: np.ndarray | None = None) -> tuple[Measured, Measured]:
    """By how much the map is worth more than each rival; ``worth``: ``[3, n]``, larger is better."""
    return measured(worth[0] - worth[1], groups), measured(worth[0] - worth[2], groups)


@dataclass(frozen=True)
class Pointed:
    """By how much the probability of the class is higher with only the region kept that a heat map marks, and lower
    with it removed, than with a random, and a centred region of that size."""

    kept: tuple[Measured, Measured]
    without: tuple[Measured, Measured]

    @property
    def at_nothing(self) -> bool:
        """Whether, kept as well as removed, another region surely does as well."""
        return all(any(gain.gains_nothing for gain in pair) for pair in (self.kept, self.without))


def pointed(found: cam.CamResult, layer: int = -1) -> Pointed:
    """What the regions of a layer's heat maps say."""
    return Pointed(gains(found.kept[:, layer].T, found.groups), gains(-found.without[:, layer].T, found.groups))


def knows_something(found: TrustResult) -> bool | None:
    """Whether the model is right more often than the most frequent class would be; ``None`` where labels are not
    known, or images are few.  Maps of a model that is not have nothing to show."""
    if not found.labelled or len(found.right) < FEWEST:
        return None
    low, _high = hits_interval(found.right, found.groups)
    return low > found.majority
