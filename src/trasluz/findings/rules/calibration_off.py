"""Calibration off: how sure the network says it is differs from how often it is right."""

from __future__ import annotations

import math

from trasluz.findings.evidence import Evidence, longer
from trasluz.findings.finding import Finding
from trasluz.findings.rules.scores_are_probabilities import CAUSE as UNSURE
from trasluz.findings.rules.scores_are_probabilities import check as scores_are_probabilities
from trasluz.messages import _
from trasluz.numerals import percent, points

_LEAST = 0.05  # five points between what is said and what is so
_GRAVE = 0.1  # ten points too sure: a caution; most networks of a few epochs are some points off
_MOST_ASKED = (
    0.25  # doubt that regularises: smoothing of 0.1 to 0.2, mixup of α = 1; who asks for more loses the sureness
)
_TIMES_CHANCE = 2.0  # in a finite sample the error of a network that says the truth is above 0 already


def check(evidence: Evidence) -> Finding | None:
    """An expected calibration error beyond chance, and beyond the doubt that a recipe asks for as a rule."""
    main = evidence.main
    error = None if main is None else main.metrics.get("calibration_error")
    if main is None or error is None or main.calibration is None:
        return None
    bins = list(zip(*(main.calibration[k] for k in ("count", "confidence", "accuracy")), strict=True))
    total = sum(count for count, _c, _a in bins)
    if not total:
        return None
    sure = sum(count * confidence for count, confidence, _a in bins) / total
    right = sum(count * accuracy for count, _c, accuracy in bins) / total
    chance = sum(math.sqrt(2 / math.pi * count * c * (1 - c)) for count, c, _a in bins) / total
    least = _LEAST + (_asked_doubt(evidence) if sure < right else 0.0)
    if error < max(least, _TIMES_CHANCE * chance):
        return None
    over = _("It is {sure} sure on average and right in {right}; the two are {error} points apart.")
    smoothing = evidence.recipe.model.get("label_smoothing", 0.0)
    mixed = ("data.augment.mixup=0.0",) if evidence.augment.mixup else longer(evidence)
    less = ("model.label_smoothing=0.0",) if smoothing else mixed
    unsure = sure <= right or scores_are_probabilities(evidence) is not None  # of several labels, 0.5 is the least
    settings = () if sure > right else less  # smoothing labels helped in one of three runs of the zoo
    return Finding(
        severity="warn" if sure > right and error >= _GRAVE else "note",
        title=_("It is surer than it is right") if sure > right else _("It is less sure than it could be"),
        seen=over.format(sure=percent(sure), right=percent(right), error=points(error)),
        meaning=_("Its probabilities cannot be read as chances; which class it names is not touched by that."),
        advice=_surer(evidence) if sure > right else _less_doubt(evidence),
        numbers={"calibration_error": error, "confidence": sure, "accuracy": right, "by_chance": chance},
        settings=settings,
        refuted_by=_("of samples of which it is {sure} sure it is right on {sure}.").format(sure=percent(sure)),
        cause="memorising" if not unsure else UNSURE if evidence.left_behind is None else "learned little",
    )


def _surer(evidence: Evidence) -> str:
    if evidence.curves_lag or not evidence.count("valid"):  # then no epoch is known to be better
        return _("Do not read its probabilities as chances.")
    return _("Stop earlier, or do not read its probabilities as chances.")


def _less_doubt(evidence: Evidence) -> str:
    if evidence.recipe.model.get("label_smoothing"):
        return _("Smooth the labels less, where probabilities are to be used.")
    if evidence.augment.mixup:
        return _("Mix the samples less, where probabilities are to be used.")
    if evidence.stopped_itself:
        return _("Do not read its probabilities as chances: it is right more often than it is sure.")
    return _("Train longer, where probabilities are to be used: it is right more often than it is sure.")


def _asked_doubt(evidence: Evidence) -> float:
    """How far below certainty the recipe's targets are, up to what is usual: label smoothing, and the mean smaller part
    of a mixup.

    Of λ from Beta(α, α) the mean of min(λ, 1 − λ) is the regularised incomplete beta function I_½(α + 1, α).
    """
    from scipy.special import betainc

    smoothing = evidence.recipe.model.get("label_smoothing") or 0.0
    alpha = evidence.augment.mixup
    asked = float(smoothing) + (float(betainc(alpha + 1, alpha, 0.5)) if alpha else 0.0)
    return min(asked, _MOST_ASKED)
