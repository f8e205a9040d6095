"""Underfitting: not even the training images are learned, or nothing beyond which class is frequent.

A network that is too small has no room for some classes, and never names them: then this is the cause and that the
sign, so that this is told, with the sign in its sentence.
"""

from __future__ import annotations

from trasluz.findings.evidence import Evidence
from trasluz.findings.finding import Finding, Severity
from trasluz.findings.rules import class_never_predicted
from trasluz.messages import _
from trasluz.numerals import integer, percent, significant

OF_TRAINING = True
_FEWEST = 30  # samples below which an interval holds the baseline whatever was learned
# Who leaves more of the errors of naming one class always has learned the lesser part; where labels are hard to know,
# as those of wines, the best that is known leaves half.
_OF_THE_ERROR = 0.6
# Labels that are hard to know spread the errors; classes of even size of which one is never named are left out by a
# network without room for them, so that there the greater part is meant literally.
_WHERE_ONE_IS_LEFT_OUT = 0.5
CAUSE = "learned little"


def check(evidence: Evidence) -> Finding | None:
    """Accuracy that the most frequent class alone reaches, or training and new images alike mostly wrong.

    Who has learned the training images by heart does not underfit, however little of it holds for others.
    """
    main = evidence.main
    baseline = {} if main is None else main.baselines.get("majority class", {})
    if main is None or "accuracy" not in main.metrics or "accuracy" not in baseline or main.count < _FEWEST:
        return None
    value, nothing = main.metrics["accuracy"], baseline["accuracy"]
    low, high = main.intervals.get("accuracy", evidence.share_interval(value, main.count))
    numbers = {"accuracy": value, "low": low, "high": high, "majority_class": nothing}
    left = _WHERE_ONE_IS_LEFT_OUT if class_never_predicted.of_even_classes(evidence) else _OF_THE_ERROR
    bound, trained = 1 - left * (1 - nothing), _trained(evidence)
    if trained is not None:
        numbers["train"] = trained
    if nothing < 1 and low <= nothing and (trained is None or trained < bound):
        return _no_better(evidence, numbers)
    if trained is None or trained >= bound or high >= bound:
        return None
    return _finding(evidence, "warn", _("Underfitting"), numbers)


def _trained(evidence: Evidence) -> float | None:
    """Accuracy on training images, the better of that in evaluation and of the running one, at the kept weights."""
    share = evidence.trained_share
    known = [*([] if share is None else [share[0]]), *evidence.series("train/accuracy")[-1:]]
    return max(known, default=None)


def _said_of_training(evidence: Evidence, trained: float) -> str:
    share = evidence.trained_share
    if share is None or share[0] < trained:
        return _("On the training samples it is {train}, in the last epoch's mean.").format(train=percent(trained))
    return _("On {count} training samples, in evaluation, it is {train}.").format(
        count=integer(share[1]), train=percent(trained)
    )


def _no_better(evidence: Evidence, numbers: dict[str, float]) -> Finding:
    """Not beyond naming one class: nothing learned, unless the scores order the classes better than chance."""
    main = evidence.main
    area = None if main is None else main.metrics.get("roc_auc")
    bounds = None if main is None else main.intervals.get("roc_auc")
    if area is None or bounds is None or bounds[0] <= 0.5:
        return _finding(evidence, "bad", _("No better than always naming the most frequent class"), numbers)
    more = _("Its scores do order the classes: the area under the ROC curve is {area} ({low} to {high}).").format(
        area=significant(area), low=significant(bounds[0]), high=significant(bounds[1])
    )
    title = _("It has learned a little, which its answers do not show yet")
    return _finding(evidence, "warn", title, {**numbers, "roc_auc": area}, more)


def _finding(evidence: Evidence, severity: Severity, title: str, numbers: dict[str, float], more: str = "") -> Finding:
    shares = {name: percent(value) for name, value in numbers.items() if name != "roc_auc"}
    seen = _(
        "Accuracy is {accuracy} (95 % interval: {low} to {high}); always naming the most frequent class is right for "
        "{majority_class}."
    ).format(**shares)
    if "train" in numbers:
        seen += " " + _said_of_training(evidence, numbers["train"])
    widened = class_never_predicted.wider(evidence)
    return Finding(
        severity=severity,
        title=title,
        seen=" ".join(part for part in (seen, more, class_never_predicted.said(evidence)) if part),
        meaning=_(
            "The network is too small, held back too much or trained too little, or samples do not tell the classes "
            "apart."
        ),
        advice=class_never_predicted.widen()
        if widened
        else _("Train longer, with a larger network or weaker penalties; look at the labels if that changes nothing.")
        if not evidence.stopped_itself
        else _(
            "Longer training would stop at the same epoch: try a larger network or weaker penalties, and look at the "
            "labels if that changes nothing."
        ),
        numbers=numbers,
        settings=widened,
        refuted_by=_("a network twice as large, trained twice as long, is as often wrong on its training samples."),
        cause=CAUSE,
        specific=1,  # of whoever learned little some classes are never named, and that is not why
    )
