"""One answer for everything: the network names one class whatever it is shown."""

from __future__ import annotations

import numpy as np

from trasluz.evaluation.evaluation import Evaluation
from trasluz.findings.evidence import Evidence, longer
from trasluz.findings.finding import Finding
from trasluz.findings.rates import lower_rate, rate_setting
from trasluz.messages import _
from trasluz.numerals import integer, percent, significant

OF_TRAINING = True
_FEWEST = 30  # samples
_OF_ALL = 0.98  # of the answers are the same
_NEARLY_ALL = 0.95  # of the samples are of one class: then naming it always is not to be wondered at
_ALIKE = 0.02  # of a class's score, over all samples: who has learned anything is surer of one sample than of another
_ADAPTIVE = 0.01  # a rate from which steps of Adam and its like can silence every unit at once
_PLAIN = 0.3  # and of SGD
_HEAVY = 0.01  # times the squares of all weights: more than the cross-entropy can pay for
CAUSE = "learned little"


def check(evidence: Evidence) -> Finding | None:
    """Nearly all predictions of one class, from scores that hardly differ and do not order the samples either."""
    main = evidence.main
    if main is None or main.confusion is None or main.count < _FEWEST:
        return None
    there, said = main.confusion.sum(1), main.confusion.sum(0)
    if said.max() < _OF_ALL * said.sum() or there.max() > _NEARLY_ALL * there.sum():
        return None
    area, bounds = main.metrics.get("roc_auc"), main.intervals.get("roc_auc")
    spread = _spread(main)
    if (bounds is not None and bounds[0] > 0.5) or (spread is not None and spread > _ALIKE):
        return None  # it tells the classes apart, or its scores do differ, and only the line is drawn elsewhere
    if _one_layer(evidence) and not _unscaled(evidence):
        return None
    answer = main.classes[int(np.argmax(said))]
    seen = _("Of {count} samples {said} are taken for {answer}, of which there are {there}.").format(
        count=integer(int(said.sum())),
        said=integer(int(said.max())),
        answer=answer,
        there=integer(int(there[int(np.argmax(said))])),
    )
    numbers = {"share": float(said.max() / said.sum()), "classes": float((there > 0).sum())}
    if spread is not None:
        numbers["spread"] = spread
        seen += " " + _("Its scores are nearly the same for all: their standard deviation is {points} points.").format(
            points=significant(100 * spread, 2)
        )
    if area is not None and bounds is not None:
        words = {"area": significant(area), "low": significant(bounds[0]), "high": significant(bounds[1])}
        more = _("The area under the ROC curve is {area} ({low} to {high}), which chance alone could give.")
        seen += " " + more.format(**words)
        numbers["roc_auc"] = area
    seen, numbers = _before(evidence, seen, numbers)
    return Finding(
        severity="bad",
        title=_("It gives one answer for everything"),
        seen=seen,
        meaning=_(
            "What it answers hardly depends on what it is shown: its units are silenced, or have hardly been moved."
        )
        if "best" not in numbers
        else _("What it answers hardly depends on what it is shown any more: steps have silenced its units."),
        advice=_advice(evidence),
        numbers=numbers,
        settings=_settings(evidence),
        refuted_by=_("on other samples of these classes it names several of them."),
        cause=CAUSE,
        specific=1,
    )


def _spread(main: Evaluation) -> float | None:
    """The largest standard deviation of a class's score over the samples; ``None`` without scores."""
    scores = main.arrays.get("probabilities")
    return None if scores is None or not len(scores) else float(scores.std(0, dtype="float64").max())


def _one_layer(evidence: Evidence) -> bool:
    """Whether there is nothing that could be silenced: then no line tells the classes apart, which is underfitting.

    What weights of one layer win grows with them and what a penalty takes with their squares, so that small ones pay
    whatever the penalty; of two layers both do, and a penalty can press all to zero.
    """
    return len({name.rsplit(".", 1)[0] for name in evidence.parameters}) == 1


def _before(evidence: Evidence, seen: str, numbers: dict[str, float]) -> tuple[str, dict[str, float]]:
    """What is told of an epoch in which validation was right more often, beyond chance, and where curves do not lag."""
    known = evidence.together("epoch", "valid/accuracy")
    now = evidence.kept_value("valid/accuracy")
    if evidence.curves_lag or not known or now is None:
        return seen, numbers
    (epoch, best), count = max(known, key=lambda row: row[1]), evidence.count("valid")
    if evidence.shares_apart((best, count), (now, count))[0] <= 0:
        return seen, numbers
    more = _("It was not so from the start: in epoch {epoch} it was right on {best} of validation.")
    told = more.format(epoch=integer(int(epoch)), best=percent(best))
    return f"{seen} {told}", {**numbers, "epoch": epoch, "best": best}


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
        scaled = _("Standardise the features, which are of different sizes as they are.")
        return f"{scaled} {_lower(evidence)}" if _overshoots(evidence) else scaled
    if _overshoots(evidence):
        return _lower(evidence)
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


def _lower(evidence: Evidence) -> str:
    return _("Lower the learning rate of {rate} to {lower}.").format(
        rate=significant(evidence.train.optimiser.learning_rate), lower=significant(lower_rate(evidence))
    )


def _settings(evidence: Evidence) -> tuple[str, ...]:
    lower = (rate_setting(evidence, lower_rate(evidence)),) if _overshoots(evidence) else ()
    if _unscaled(evidence):
        return ("data.normalise=standard", *lower)
    if lower or not _penalty(evidence):
        return lower or longer(evidence)
    return (f"model.l2={_penalty(evidence) / 100:.2g}",)
