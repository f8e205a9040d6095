"""One answer for everything: the network names one class whatever it is shown."""

from __future__ import annotations

import numpy as np

from trasluz.findings.evidence import Evidence, longer, train_setting
from trasluz.findings.finding import Finding
from trasluz.messages import _
from trasluz.numerals import integer, significant

_FEWEST = 30  # samples
_OF_ALL = 0.98  # of the answers are the same
_NEARLY_ALL = 0.95  # of the samples are of one class: then naming it always is not to be wondered at
_ADAPTIVE = 0.01  # a rate from which steps of Adam and its like can silence every unit at once
_PLAIN = 0.3  # and of SGD
_HEAVY = 0.01  # times the squares of all weights: more than the cross-entropy can pay for
CAUSE = "learned little"


def check(evidence: Evidence) -> Finding | None:
    """Nearly all predictions of one class, and scores that do not order the samples either."""
    main = evidence.main
    if main is None or main.confusion is None or main.count < _FEWEST:
        return None
    there, said = main.confusion.sum(1), main.confusion.sum(0)
    if said.max() < _OF_ALL * said.sum() or there.max() > _NEARLY_ALL * there.sum():
        return None
    area, bounds = main.metrics.get("roc_auc"), main.intervals.get("roc_auc")
    if area is not None and bounds is not None and bounds[0] > 0.5:
        return None  # it tells the classes apart and only draws the line elsewhere
    answer = main.classes[int(np.argmax(said))]
    seen = _("Of {count} samples {said} are taken for {answer}, of which there are {there}.").format(
        count=integer(int(said.sum())),
        said=integer(int(said.max())),
        answer=answer,
        there=integer(int(there[int(np.argmax(said))])),
    )
    numbers = {"share": float(said.max() / said.sum()), "classes": float((there > 0).sum())}
    if area is not None:
        seen += " " + _("Its scores order the classes no better than chance (area under the ROC curve {area}).").format(
            area=significant(area)
        )
        numbers["roc_auc"] = area
    return Finding(
        severity="bad",
        title=_("It gives one answer for everything"),
        seen=seen,
        meaning=_(
            "What it answers hardly depends on what it is shown: its units are silenced, or have hardly been moved."
        ),
        advice=_advice(evidence),
        numbers=numbers,
        settings=_settings(evidence),
        refuted_by=_("on other samples of these classes it names several of them."),
        cause=CAUSE,
        specific=1,
    )


def _unscaled(evidence: Evidence) -> bool:
    return evidence.audit.get("kind") == "table" and evidence.recipe.data.normalise != "standard"


def _overshoots(evidence: Evidence) -> bool:
    optimiser = evidence.train.optimiser
    return optimiser.learning_rate >= (_PLAIN if optimiser.name == "sgd" else _ADAPTIVE)


def _penalty(evidence: Evidence) -> float:
    """The factor of the squared weights, where it is too heavy to learn under; else 0."""
    factor = evidence.recipe.model.get("l2")
    return float(factor) if isinstance(factor, (int, float)) and factor >= _HEAVY else 0.0


def _advice(evidence: Evidence) -> str:
    if _unscaled(evidence):
        return _("Standardise the features, which are of different sizes as they are, and lower the rate.")
    if _overshoots(evidence):
        return _("Lower the learning rate of {rate} ten times.").format(
            rate=significant(evidence.train.optimiser.learning_rate)
        )
    if _penalty(evidence):
        return _("Penalise the weights less: at {factor} they cost more than an answer is worth.").format(
            factor=significant(_penalty(evidence))
        )
    if evidence.stopped_itself:
        return _("Start from another seed, or with a larger network: this one stopped without having begun.")
    return (
        _("Train longer, and look at the training loss: it must fall below {chance}.").format(
            chance=significant(evidence.chance_loss or 0.0)
        )
        if evidence.chance_loss
        else _("Train longer, and look at whether the training loss falls.")
    )


def _settings(evidence: Evidence) -> tuple[str, ...]:
    rate = evidence.train.optimiser.learning_rate
    lower = (train_setting(evidence, "optimiser.learning_rate", f"{rate / 10:.2g}"),) if _overshoots(evidence) else ()
    if _unscaled(evidence):
        return ("data.normalise=standard", *lower)
    if lower or not _penalty(evidence):
        return lower or longer(evidence)
    return (f"model.l2={_penalty(evidence) / 100:.2g}",)
