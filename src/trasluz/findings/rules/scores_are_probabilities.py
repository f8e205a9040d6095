"""Scores that are probabilities already: the network ends in a softmax before the loss that has one of its own."""

from __future__ import annotations

import math

import numpy as np

from trasluz.findings.evidence import Evidence
from trasluz.findings.finding import Finding
from trasluz.messages import _
from trasluz.numerals import integer, percent

_FEWEST = 20  # samples
_ROUNDING = 1e-3  # of scores that were computed, turned into probabilities, and are computed back here
_SURE = 0.9  # a score near 1 beside others near 0 in many rows: small logits would fit in [0, 1] too, but not fill it
_SOME = 0.1
_LEAST = 1e-30
CAUSE = "unsure"


def check(evidence: Evidence) -> Finding | None:
    """Probabilities whose logarithms are, but for a constant per row, scores in [0, 1] that sum to 1.

    Softmax forgets one constant per row; the one that makes the row sum to 1 leaves scores in [0, 1] for every sample
    only where they were probabilities.  No class of k then gets more than e / (e + k − 1).
    """
    main = evidence.main
    found = None if main is None else main.arrays.get("probabilities")
    if main is None or found is None or found.ndim != 2 or len(found) < _FEWEST or found.shape[1] < 2:
        return None
    found = found[np.isfinite(found).all(1)]  # what is no number lies outside no bounds
    if len(found) < _FEWEST:
        return None
    logs = np.log(np.maximum(found.astype(np.float64), _LEAST))
    classes = found.shape[1]
    scores = logs - logs.mean(1, keepdims=True) + 1 / classes
    if scores.min() < -_ROUNDING or scores.max() > 1 + _ROUNDING:
        return None
    sure = float((scores.max(1) > _SURE).mean())
    if sure < _SOME:
        return None
    most = math.e / (math.e + classes - 1)
    ours = evidence.recipe.model.get("network")
    softmax = isinstance(ours, dict) and ours.get("scores") == "softmax"
    return Finding(
        severity="warn",
        title=_("The scores are probabilities already"),
        seen=_(
            "The scores of all {count} samples lie between 0 and 1 and sum to 1; after the softmax of the loss no "
            "class is given more than {most}."
        ).format(count=integer(len(found)), most=percent(most)),
        meaning=_(
            "The network ends in a softmax, and the cross-entropy has one of its own: gradients are small, and the "
            "probabilities that it states are far below what it knows."
        ),
        advice=_("Leave the softmax out of the network; the loss and `predict` apply it."),
        numbers={"most": most, "sure": sure, "classes": float(classes)},
        settings=("model.network.scores=linear",) if softmax else (),
        refuted_by=_("a score of the network, before any softmax of the loss, lies below 0 or above 1."),
        cause=CAUSE,
        specific=1,
    )
