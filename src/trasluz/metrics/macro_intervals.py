"""How far macro F1 could be off: the score interval with the dispersion that its delta method gives.

F1 of a class is 2h / (t + p) of hits, true and predicted samples; the influence of one sample on the mean over classes
is its derivative by that sample's weight.  Takahashi et al. (2022), "Confidence interval for micro-averaged F1 and
macro-averaged F1 scores", take the same variance; here it goes into a score interval, which stays inside [0, 1] and
claims no certainty where all is right.  What few samples of a class need besides: F1 is too low on average by
F1·(1 − F1) / (t + p) (delta method of second order), which the interval allows for and the number itself does not.
"""

from __future__ import annotations

import numpy as np

from trasluz.metrics.classification import class_scores, share
from trasluz.metrics.intervals import dispersed_interval


def macro_f1_interval(confusion: np.ndarray) -> tuple[float, float]:
    """The 95 % interval of macro F1 over the classes that occur or were predicted; ``confusion`` int64 ``[k, k]``."""
    count, true, predicted, hits = int(confusion.sum()), confusion.sum(1), confusion.sum(0), np.diag(confusion)
    both = true + predicted
    seen, classes = both > 0, len(hits)
    f1, weight = class_scores(confusion)["f1"], share(np.full(classes, float(count)), both)
    influence = -(f1 * weight)[:, None] - (f1 * weight)[None]
    influence[np.diag_indices(classes)] = 2 * (1 - f1) * weight
    influence /= seen.sum()
    likely = _smoothed(confusion) / count
    spread = float((likely * influence**2).sum()) - float((likely * influence).sum()) ** 2
    kept = f1[seen]
    if 1 < len(kept) < classes:  # classes that no sample is of would change the mean as those differ that some are of
        spread += count * float(kept.var(ddof=1)) * (1 / len(kept) - 1 / classes)
    # Rare classes weigh as much as others in the mean, so that fewer samples stand behind it than there are.
    occurring = true[true > 0]
    widest = count * float((1 / occurring).mean()) / len(occurring)
    right = int(hits.sum())
    return _around(kept, both[seen], spread, widest, min(right, count - right), count)


def _smoothed(confusion: np.ndarray) -> np.ndarray:
    """Each true class's samples as they would be expected with one more of it that fares as all do: few samples of a
    class that are all right, or all wrong, do not mean that others would be."""
    count, classes = confusion.sum(), len(confusion)
    right = np.trace(confusion) / count
    usual = np.full((classes, classes), (1 - right) / max(classes - 1, 1))
    usual[np.diag_indices(classes)] = right
    true = confusion.sum(1, keepdims=True)
    found: np.ndarray = (confusion + usual) * true / (true + 1)
    return found


def _around(
    f1: np.ndarray, both: np.ndarray, spread: float, widest: float, missed: int, count: int
) -> tuple[float, float]:
    """The interval around the mean of ``f1`` without its bias, widened to hold it as it is."""
    mean = float(f1.mean())
    expected = min(mean + float(share(f1 * (1 - f1), both).mean()), 1.0)
    low, high = dispersed_interval(expected, spread, widest, missed, count)
    return min(low, mean), max(high, mean)


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
    return _around(f1, both.sum(0), float(influence.var()), widest, min(right, count - right), count)
