"""Which two classes a model confuses most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trasluz.look.maps.explaining import labels_of, probabilities_of
from trasluz.look.shown import Shown
from trasluz.look.subject import Subject
from trasluz.messages import _
from trasluz.model.evaluation_mode import batch_size_for
from trasluz.reporting import Reporter


@dataclass(frozen=True)
class Confusion:
    """``pair``: two classes, the lower index first, of which ``mistaken`` of the ``compared`` images were taken for
    the other."""

    pair: tuple[int, int]
    mistaken: int
    compared: int


def most_confused(subject: Subject, examined: Shown, reporter: Reporter) -> Confusion | None:
    """The two classes whose images are taken for the other most often, as a share of them; where there are no such
    mistakes, those whose images have the highest probability of the other.

    ``None`` unless there are single labels of two classes.
    """
    labels = labels_of(examined)
    known = labels >= 0
    if len(np.unique(labels[known])) < 2:
        return None
    probabilities, samples = probabilities_of(subject), examined.samples[known]
    size = batch_size_for(samples)
    found = []
    with reporter.task(_("Looking for classes that are confused"), total=len(samples)) as task:
        for start in range(0, len(samples), size):
            part = samples[start : start + size]
            found.append(subject.over(part, lambda inputs, _unit: probabilities(inputs)))
            task.advance(len(part))
    return _of(labels[known], np.concatenate(found))


def _of(labels: np.ndarray, sure: np.ndarray) -> Confusion:
    """From labels int64 ``[n]`` and probabilities ``[n, classes]``."""
    classes = sure.shape[1]
    counts, belief = np.zeros((classes, classes), np.int64), np.zeros((classes, classes))
    np.add.at(counts, (labels, sure.argmax(1)), 1)
    np.add.at(belief, labels, sure)
    images = np.bincount(labels, minlength=classes)
    first, second = np.triu_indices(classes, 1)
    there = (images[first] > 0) & (images[second] > 0)
    first, second = first[there], second[there]
    compared = images[first] + images[second]
    mistaken = counts[first, second] + counts[second, first]
    means = belief[first, second] / images[first] + belief[second, first] / images[second]
    best = np.lexsort((means, mistaken / compared))[-1]
    return Confusion((int(first[best]), int(second[best])), int(mistaken[best]), int(compared[best]))
