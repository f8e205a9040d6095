"""How well classes are read off codes: by neighbours and by a linear probe, one way wherever it is told.

Training images teach and images of the split are asked, so that no image is judged by itself, and every look that tells
such a number of one run's codes tells the same.  Neighbours are the five nearest by Euclidean distance of the codes as
they are; the probe is logistic regression on standardised codes (``look/classes/probing.py``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trasluz.look.classes.probing import probe
from trasluz.look.latent.codes import encode_rows, need_finite
from trasluz.look.latent.separation import Accuracy, K, accuracy, majority
from trasluz.look.latent.survey import chosen_rows
from trasluz.look.subject import Subject
from trasluz.metrics.neighbours import nearest
from trasluz.reporting import Reporter
from trasluz.rng import Rng

POOL, TAUGHT, TESTED = 5000, 3000, 2000


@dataclass(frozen=True)
class Reading:
    """Who teaches and who is asked: rows ``pool`` and ``tested`` of the data, int64, with the classes ``teaching`` and
    ``testing`` of those that have one, at the places ``known`` and ``asked``; ``taught``: places in ``pool`` of those
    that teach the probe; ``available``: how many training images the pool was taken from; ``groups`` of the asked,
    ``None`` where each is by itself."""

    pool: np.ndarray
    tested: np.ndarray
    known: np.ndarray
    asked: np.ndarray
    taught: np.ndarray
    teaching: np.ndarray
    testing: np.ndarray
    classes: int
    available: int
    groups: np.ndarray | None

    @property
    def possible(self) -> bool:
        """Whether there are two classes to tell apart and anything to ask."""
        return len(np.unique(self.teaching)) > 1 and len(self.asked) > 0

    def by_neighbours(self, pool: np.ndarray, tested: np.ndarray) -> np.ndarray:
        """Which of the asked are right by their five nearest of the ``pool``, bool; features ``[n, d]`` of both."""
        near = nearest(tested[self.asked], pool[self.known], min(K, len(self.known)))
        right: np.ndarray = majority(self.teaching[near.indices]) == self.testing
        return right

    def by_probe(self, pool: np.ndarray, tested: np.ndarray) -> np.ndarray:
        """Which of the asked are right by a linear probe, bool; features float32 ``[n, d]`` of both."""
        labels = self.teaching[np.searchsorted(self.known, self.taught)]
        right: np.ndarray = probe(pool[self.taught], labels, tested[self.asked], self.classes) == self.testing
        return right

    def accuracy(self, right: np.ndarray) -> Accuracy:
        """Of what ``by_neighbours`` or ``by_probe`` gave."""
        return accuracy(right, self.testing, self.groups)


def reading(subject: Subject, pool: int = POOL, taught: int = TAUGHT, tested: int = TESTED) -> Reading | None:
    """At most ``pool`` training images, ``taught`` of which teach probes, and ``tested`` images of the split, all drawn
    with fixed seeds; of the training split half are asked.  ``None`` with fewer than two training images beside."""
    asked = chosen_rows(subject, subject.rows, tested)
    if subject.split == "train":
        asked = asked[: len(asked) // 2]
    rest = np.setdiff1d(subject.data.split("train"), asked)
    if len(rest) < 2:
        return None
    teachers = chosen_rows(subject, rest, pool)
    teaching, testing = (single_labels(subject, rows) for rows in (teachers, asked))
    known, labelled = np.flatnonzero(teaching >= 0), np.flatnonzero(testing >= 0)
    drawn = Rng(0).permutation("neighbours-taught", 0, len(known))[:taught].numpy()
    return Reading(
        pool=teachers,
        tested=asked,
        known=known,
        asked=labelled,
        taught=known[drawn],
        teaching=teaching[known],
        testing=testing[labelled],
        classes=len(subject.data.classes),
        available=len(rest),
        groups=subject.groups(asked[labelled]),
    )


def read_off(subject: Subject, reporter: Reporter) -> tuple[Accuracy, Accuracy] | None:
    """How often neighbours, and a linear probe, name the class by the code; ``None`` where classes are not known.

    Raises:
        DataError: codes are not finite.
    """
    found = reading(subject) if len(subject.data.classes) > 1 else None
    if found is None or not found.possible:
        return None
    codes = need_finite(encode_rows(subject, np.concatenate([found.pool, found.tested]), reporter))
    pool, tested = codes[: len(found.pool)], codes[len(found.pool) :]
    return found.accuracy(found.by_neighbours(pool, tested)), found.accuracy(found.by_probe(pool, tested))


def single_labels(subject: Subject, rows: np.ndarray) -> np.ndarray:
    """One label each, int64 ``[n]``; −1 where there is none or may be several."""
    labels = subject.data.labels
    if labels is None or labels.ndim != 1:
        return np.full(len(rows), -1, np.int64)
    return np.asarray(labels[rows], np.int64)
