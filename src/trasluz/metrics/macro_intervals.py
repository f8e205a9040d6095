"""How far macro F1 could be off: the score interval with the dispersion that its delta method gives.

F1 of a class is 2h / (t + p) of hits, true and predicted samples; the influence of one sample on the mean over classes
is its derivative by that sample's weight.  Takahashi et al. (2022), "Confidence interval for micro-averaged F1 and
macro-averaged F1 scores", take the same variance; here it goes into a score interval, which stays inside [0, 1] and
claims no certainty where all is right.
"""

from __future__ import annotations

import numpy as np

from trasluz.metrics.classification import class_scores, share
from trasluz.metrics.intervals import dispersed_interval


def macro_f1_interval(confusion: np.ndarray) -> tuple[float, float]:
    """The 95 % interval of macro F1 over the classes that occur or were predicted; ``confusion`` int64 ``[k, k]``."""
    count, true, predicted, hits = int(confusion.sum()), confusion.sum(1), confusion.sum(0), np.diag(confusion)
    seen = (true + predicted) > 0
    f1, weight = class_scores(confusion)["f1"], share(np.full(len(hits), float(count)), true + predicted)
    influence = -(f1 * weight)[:, None] - (f1 * weight)[None]
    influence[np.diag_indices(len(hits))] = 2 * (1 - f1) * weight
    spread = float((confusion * (influence / seen.sum()) ** 2).sum()) / count
    # Rare classes weigh as much as others in the mean, so that fewer samples stand behind it than there are.
    occurring = true[true > 0]
    widest = count * float((1 / occurring).mean()) / len(occurring)
    right = int(hits.sum())
    return dispersed_interval(float(f1[seen].mean()), spread, widest, min(right, count - right), count)


def macro_f1_interval_of_labels(labels: np.ndarray, predicted: np.ndarray) -> tuple[float, float]:
    """The same of several labels per sample, bool ``[n, k]``, n ≥ 1, whose mean goes over all labels."""
    count, both = len(labels), labels.astype(np.float64) + predicted
    hits = labels & predicted
    f1, weight = share(2 * hits.sum(0), both.sum(0)), share(np.full(labels.shape[1], float(count)), both.sum(0))
    influence = ((2 * hits - f1 * both) * weight).mean(1)
    right = int((labels == predicted).all(1).sum())
    # An answer that is wrong costs a label half of one of its true samples' weight, at worst in all labels at once.
    occurring = labels.sum(0)[labels.any(0)]
    widest = max(count * float((0.5 / occurring).mean()), 1.0) if len(occurring) else 1.0
    return dispersed_interval(float(f1.mean()), float(influence.var()), widest, min(right, count - right), count)
