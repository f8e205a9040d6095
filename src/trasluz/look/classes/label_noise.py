"""Label noise: how many labels are likely wrong and which, from what a probe says of samples that it was not taught.

No probe is right about everything, so that a label which it does not believe may belong to a hard picture.  What tells
the two apart is the surest end of its scores: there hard pictures are rare, while wrong labels are as frequent as
anywhere.  So the scores get a temperature T (Guo et al. 2017, "On Calibration of Modern Neural Networks") and the
labels a share ε of noise (Bootkrajang and Kabán 2012, "Label-Noise Robust Logistic Regression"), both fitted together
by likelihood, with s = softmax(scores / T) over k classes:

    P(label y | x) = (1 − ε) · s_y + ε · (1 − s_y) / (k − 1)

The probability that a label is wrong follows by Bayes' rule; it is worked out at the lower end of ε's interval, so
that labels are suspect only where the data show noise.  That a threshold must come from samples which the judge was
not taught, class by class, is the idea of confident learning (Northcutt, Jiang and Chuang 2021, JAIR 70).
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from scipy.special import softmax

from trasluz.look.classes.folds import FOLDS
from trasluz.look.classes.probing import probe_scores
from trasluz.reporting import Task

COST = 0.01  # of errors against weights: a hundredth of the usual, so that a probe learns no wrong label by heart
_TEMPERATURES = np.geomspace(0.25, 8.0, 41)
_RATES = np.concatenate([[0.0], np.geomspace(2e-4, 0.5, 40)])
_FINE = 100  # rates between which the interval's ends are found
_DROP = NormalDist().inv_cdf(0.975) ** 2 / 2  # of log-likelihood at the ends of a 95 % interval (Wilks 1938)
_LEAST = 1e-12


@dataclass(frozen=True)
class LabelNoise:
    """``rate``: the share of wrong labels, with its 95 % interval ``low`` to ``high`` (profile likelihood), at most
    one half.  ``temperature``: that of the scores.

    ``own``: how likely each label is by the picture alone, float64 ``[n]``, and ``belief``: how likely each class,
    ``[n, k]``.  ``wrong``: how likely each label is wrong, ``[n]``; ``rather``: the likeliest other class, int64.
    """

    rate: float
    low: float
    high: float
    temperature: float
    own: np.ndarray
    wrong: np.ndarray
    rather: np.ndarray
    belief: np.ndarray

    @property
    def order(self) -> np.ndarray:
        """Places from the likeliest wrong label on, int64 ``[n]``: the less a label is believed, the earlier, which is
        the order of ``wrong`` wherever that is not 0 for all."""
        return np.argsort(self.own, kind="stable")


def out_of_fold(
    features: np.ndarray,
    labels: np.ndarray,
    fold: np.ndarray,
    classes: int,
    task: Task,
    others: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Scores float32 ``[n, classes]`` that a linear probe which the other folds taught gives each sample; and the mean
    of all probes' scores of ``others`` ``[m, d]``, which taught none (none by default).

    ``features`` float32 ``[n, d]``, ``labels`` int64 ``[n]`` below ``classes``, ``fold`` int64 ``[n]``.  ``task``
    advances once per fold.
    """
    rest = features[:0] if others is None else others
    found, mean = np.zeros((len(labels), classes), np.float32), np.zeros((len(rest), classes), np.float32)
    for number in range(FOLDS):
        out = fold == number
        if out.any() and not out.all():
            judged = np.concatenate([features[out], rest])
            scores = probe_scores(features[~out], labels[~out], judged, classes, COST)
            found[out] = scores[: out.sum()]
            mean += scores[out.sum() :] / FOLDS
        task.advance()
    return found, mean


def label_noise(scores: np.ndarray, labels: np.ndarray) -> LabelNoise:
    """The noise model fitted to ``scores`` ``[n, k]`` (before softmax, out of fold) and ``labels`` int64 ``[n]``."""
    rate, low, high, temperature = _fitted(scores, labels)
    belief = softmax(scores.astype(np.float64) / temperature, axis=1)
    own = np.take_along_axis(belief, labels[:, None], 1)[:, 0]
    flipped = low * (1 - own) / (scores.shape[1] - 1)
    others = belief.copy()
    others[np.arange(len(labels)), labels] = -1
    return LabelNoise(
        rate=rate,
        low=low,
        high=high,
        temperature=temperature,
        own=own,
        wrong=flipped / np.maximum(flipped + (1 - low) * own, 1e-300),
        rather=others.argmax(1),
        belief=belief,
    )


def _fitted(scores: np.ndarray, labels: np.ndarray) -> tuple[float, float, float, float]:
    """The likeliest rate, both ends of its interval, and the temperature that goes with it: from a coarse grid, then
    from a fine one about what the coarse one leaves."""
    likelihood = _likelihoods(scores, labels, _TEMPERATURES, _RATES)
    inside = np.flatnonzero(likelihood.max(0) >= likelihood.max() - _DROP)
    hot = likelihood[:, inside].argmax(0)
    first, last = max(inside.min() - 1, 0), min(inside.max() + 1, len(_RATES) - 1)
    rates = np.linspace(_RATES[first], _RATES[last], _FINE)
    temperatures = _TEMPERATURES[max(hot.min() - 1, 0) : hot.max() + 2]
    likelihood = _likelihoods(scores, labels, temperatures, rates)
    profile = likelihood.max(0)
    kept, best = rates[profile >= profile.max() - _DROP], int(profile.argmax())
    return float(rates[best]), float(kept.min()), float(kept.max()), float(temperatures[likelihood[:, best].argmax()])


def _likelihoods(scores: np.ndarray, labels: np.ndarray, temperatures: np.ndarray, rates: np.ndarray) -> np.ndarray:
    """The log-likelihood of all labels, float64 ``[temperatures, rates]``."""
    found = np.empty((len(temperatures), len(rates)))
    for place, temperature in enumerate(temperatures):
        own = softmax(scores.astype(np.float64) / temperature, axis=1)[np.arange(len(labels)), labels]
        other = (1 - own) / (scores.shape[1] - 1)
        found[place] = [np.log(np.maximum((1 - rate) * own + rate * other, _LEAST)).sum() for rate in rates]
    return found
