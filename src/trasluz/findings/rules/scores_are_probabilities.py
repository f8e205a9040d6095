"""Scores that are probabilities already: the network ends in a softmax or sigmoid before a loss with one of its own.

Zeros and ones alone, from weights that no loss reached, are steps and no softmax: that they are is not said then.
"""

from __future__ import annotations

import math

import numpy as np

from trasluz.evaluation.evaluation import Evaluation
from trasluz.findings.evidence import Evidence
from trasluz.findings.finding import Finding
from trasluz.findings.rules.loss_reaches_nothing import check as loss_reaches_nothing
from trasluz.messages import _
from trasluz.numerals import integer, percent

_FEWEST = 20  # samples
_ROUNDING = 1e-3  # of scores that were computed, turned into probabilities, and are computed back here
_SURE = 0.9  # a score near 1 beside others near 0 in many rows: small logits would fit in [0, 1] too, but not fill it
_SOME = 0.1
_LEAST = 1e-30
CAUSE = "unsure"


def check(evidence: Evidence) -> Finding | None:
    """Scores in [0, 1], worked out from the probabilities of one label per sample or of several."""
    main = evidence.main
    found = None if main is None else main.arrays.get("probabilities")
    if main is None or found is None or found.ndim != 2 or len(found) < _FEWEST:
        return None
    several = _several(main)
    scores = _before_sigmoid(found) if several else _before_softmax(found)
    sure = 0.0 if scores is None else _filled(scores) if several else float((scores.max(1) > _SURE).mean())
    if scores is None or sure < _SOME or (_steps(scores) and loss_reaches_nothing(evidence) is not None):
        return None
    return _of_several(scores, sure) if several else _of_one(evidence, scores, sure)


def _several(main: Evaluation) -> bool:
    labels = main.arrays.get("labels")
    return labels is not None and labels.ndim == 2


def _before_softmax(found: np.ndarray) -> np.ndarray | None:
    """Scores ``[n, k]`` whose softmax is ``found`` and that sum to 1, where all lie in [0, 1]; else ``None``.

    Softmax forgets one constant per row; the one that makes the row sum to 1 leaves scores in [0, 1] for every sample
    only where they were probabilities.  No class of k then gets more than e / (e + k − 1).
    """
    if found.shape[1] < 2:
        return None
    found = found[np.isfinite(found).all(1)]  # what is no number lies outside no bounds
    if len(found) < _FEWEST:
        return None
    logs = np.log(np.maximum(found.astype(np.float64), _LEAST))
    return _within(logs - logs.mean(1, keepdims=True) + 1 / found.shape[1])


def _before_sigmoid(found: np.ndarray) -> np.ndarray | None:
    """Scores ``[n, k]`` whose sigmoid is ``found``, where all lie in [0, 1]: no label then gets less than one half."""
    shares = np.clip(found.astype(np.float64), _LEAST, 1 - 1e-12)
    return _within(np.log(shares / (1 - shares)))


def _within(scores: np.ndarray) -> np.ndarray | None:
    inside = scores.min() >= -_ROUNDING and scores.max() <= 1 + _ROUNDING
    return scores if inside else None


def _filled(scores: np.ndarray) -> float:
    """In what share of the samples the score of some label is near 1, and in as many at least near 0: scores that have
    no bounds and yet reach from one to the other would not all end there."""
    return float(np.minimum((scores > _SURE).mean(0), (scores < 1 - _SURE).mean(0)).max())


def _steps(scores: np.ndarray) -> bool:
    """Whether there are only zeros and ones."""
    return bool((np.minimum(abs(scores), abs(1 - scores)) <= _ROUNDING).all())


def _of_one(evidence: Evidence, scores: np.ndarray, sure: float) -> Finding:
    classes = scores.shape[1]
    most = math.e / (math.e + classes - 1)
    ours = evidence.recipe.model.get("network")
    softmax = isinstance(ours, dict) and ours.get("scores") == "softmax"
    return Finding(
        severity="warn",
        title=_title(),
        seen=_(
            "The scores of all {count} samples lie between 0 and 1 and sum to 1; after the softmax of the loss no "
            "class is given more than {most}."
        ).format(count=integer(len(scores)), most=percent(most)),
        meaning=_(
            "The network ends in a softmax, and the cross-entropy has one of its own: gradients are small, and the "
            "probabilities that it states are far below what it knows."
        ),
        advice=_("Leave the softmax out of the network; the loss and `predict` apply it."),
        numbers={"most": most, "sure": sure, "classes": float(classes)},
        settings=("model.network.scores=linear",) if softmax else (),
        refuted_by=_refuted_by(),
        cause=CAUSE,
        specific=1,
    )


def _of_several(scores: np.ndarray, sure: float) -> Finding:
    most = 1 / (1 + math.exp(-1))
    seen = _(
        "The scores of all {count} samples lie between 0 and 1; after the sigmoid of the loss no label is given less "
        "than {least} or more than {most}."
    )
    return Finding(
        severity="warn",
        title=_title(),
        seen=seen.format(count=integer(len(scores)), least=percent(0.5), most=percent(most)),
        meaning=_(
            "The network ends in a sigmoid, or in a softmax, and the loss has a sigmoid of its own: no label is ever "
            "denied, whatever the network knows."
        ),
        advice=_("Leave what bounds the scores out of the network; the loss and `predict` apply the sigmoid."),
        numbers={"least": 0.5, "most": most, "sure": sure, "classes": float(scores.shape[1])},
        refuted_by=_refuted_by(),
        cause=CAUSE,
        specific=1,
    )


def _title() -> str:
    return _("The scores are probabilities already")


def _refuted_by() -> str:
    return _("a score of the network, before any softmax or sigmoid of the loss, lies below 0 or above 1.")
