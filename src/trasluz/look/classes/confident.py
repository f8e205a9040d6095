"""Confident learning: which labels of a data set are likely wrong, from what a model says that was not taught by them.

Northcutt, Jiang and Chuang 2021, "Confident Learning: Estimating Uncertainty in Dataset Labels" (JAIR 70), sections 3.1
and 3.2.  A sample counts as confidently of class j where its probability of j is at least what samples labelled j get
on average.  How often that is another class than the label estimates how many labels of each class are wrong, and that
many of each class are suspect: those that are believed least (their "prune by class").
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import softmax

from trasluz.look.classes.probing import probe_scores
from trasluz.reporting import Task
from trasluz.rng import Rng

FOLDS = 5
_COST = 0.1  # of errors against weights: a tenth of the usual, so that a probe does not learn wrong labels by heart


@dataclass(frozen=True)
class Confident:
    """``thresholds``: the mean probability of class j among samples labelled j, float64 ``[k]`` (∞ without any).
    ``counted``: the class as which a sample counts confidently, int64 ``[n]``, −1 for none.  ``joint``: the estimated
    numbers of samples by given label (row) and true class (column), float64 ``[k, k]``, which add up to n.
    ``suggested``: for suspect labels the class that is likeliest instead, int64 ``[n]``, −1 for the others."""

    thresholds: np.ndarray
    counted: np.ndarray
    joint: np.ndarray
    suggested: np.ndarray

    @property
    def wrong(self) -> float:
        """The estimated number of wrong labels: the joint off its diagonal."""
        return float(self.joint.sum() - np.trace(self.joint))


def out_of_fold(features: np.ndarray, labels: np.ndarray, classes: int, task: Task) -> np.ndarray:
    """Probabilities float64 ``[n, classes]`` that a linear probe gives each sample which was taught by other folds.

    ``features`` float32 ``[n, d]``, ``labels`` int64 ``[n]`` below ``classes``.  Every class is spread evenly over the
    folds.  ``task`` advances once per fold.
    """
    fold, found = _folds(labels), np.zeros((len(labels), classes))
    for number in range(FOLDS):
        out = fold == number
        if out.any() and not out.all():
            found[out] = softmax(probe_scores(features[~out], labels[~out], features[out], classes, _COST), axis=1)
        task.advance()
    return found


def _folds(labels: np.ndarray) -> np.ndarray:
    """The fold of each sample, int64 ``[n]``: the samples of a class in turns, in a drawn order."""
    order = Rng(0).permutation("confident-folds", 0, len(labels)).numpy()
    grouped = order[np.argsort(labels[order], kind="stable")]
    fold = np.empty(len(labels), np.int64)
    fold[grouped] = np.arange(len(labels)) % FOLDS
    return fold


def confident(probabilities: np.ndarray, labels: np.ndarray) -> Confident:
    """Confident learning over ``probabilities`` ``[n, k]``, each of a model not taught by that sample, and ``labels``
    int64 ``[n]``: the confident joint (equation 1) and, calibrated to the labels' counts (equation 3), its estimate."""
    n, k = probabilities.shape
    own = labels[:, None] == np.arange(k)
    there = own.sum(0)
    thresholds = np.where(there > 0, (probabilities * own).sum(0) / np.maximum(there, 1), np.inf)
    sure = np.where(probabilities >= thresholds, probabilities, -1.0)
    counted = np.where((sure >= 0).any(1), sure.argmax(1), -1)
    counts = np.zeros((k, k))
    np.add.at(counts, (labels[counted >= 0], counted[counted >= 0]), 1)
    counts[np.diag_indices(k)] += (there > 0) & (counts.sum(1) == 0)  # a class of which none is sure is what it is
    rows = counts / np.maximum(counts.sum(1, keepdims=True), 1) * there[:, None]
    joint = rows * n / max(rows.sum(), 1)
    return Confident(thresholds, counted, joint, _pruned(probabilities, labels, joint))


def _pruned(probabilities: np.ndarray, labels: np.ndarray, joint: np.ndarray) -> np.ndarray:
    """``suggested`` of ``Confident``: of each class as many as ``joint`` has off its diagonal, where another class is
    likeliest."""
    likeliest = probabilities.argmax(1)
    suggested = np.full(len(labels), -1)
    for label in range(len(joint)):
        doubted = np.flatnonzero((labels == label) & (likeliest != label))
        order = np.argsort(probabilities[doubted, label], kind="stable")
        worst = doubted[order[: round(float(joint[label].sum() - joint[label, label]))]]
        suggested[worst] = likeliest[worst]
    return suggested
