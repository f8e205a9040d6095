"""Underfitting: not even the training images are learned."""

from __future__ import annotations

from trasluz.findings.evidence import Evidence, train_setting
from trasluz.findings.finding import Finding, Severity
from trasluz.messages import _
from trasluz.numerals import percent

_FEWEST = 30  # samples below which an interval holds the baseline whatever was learned
_OF_THE_ERROR = 0.5  # who leaves more than half of the errors of naming one class always has learned the lesser part


def check(evidence: Evidence) -> Finding | None:
    """Accuracy that the most frequent class alone reaches, or training and new images alike mostly wrong."""
    main = evidence.main
    baseline = {} if main is None else main.baselines.get("majority class", {})
    if main is None or "accuracy" not in main.metrics or "accuracy" not in baseline or main.count < _FEWEST:
        return None
    value, nothing = main.metrics["accuracy"], baseline["accuracy"]
    low, high = main.intervals.get("accuracy", evidence.share_interval(value, main.count))
    numbers = {"accuracy": value, "low": low, "high": high, "majority_class": nothing}
    if nothing < 1 and low <= nothing:
        title = _("It has learned no more than which class is frequent")
        return _finding(evidence, "bad", title, numbers)
    trained = evidence.series("train/accuracy")
    bound = 1 - _OF_THE_ERROR * (1 - nothing)
    if not trained or trained[-1] >= bound or high >= bound:
        return None
    return _finding(evidence, "warn", _("Underfitting"), {**numbers, "train": trained[-1]})


def _finding(evidence: Evidence, severity: Severity, title: str, numbers: dict[str, float]) -> Finding:
    seen = _(
        "Accuracy is {accuracy} (95 % interval: {low} to {high}); always naming the most frequent class is right for "
        "{majority_class}."
    ).format(**{name: percent(value) for name, value in numbers.items()})
    if "train" in numbers:
        seen += " " + _("On the training samples it is {train}.").format(train=percent(numbers["train"]))
    return Finding(
        severity=severity,
        title=title,
        seen=seen,
        meaning=_(
            "The network is too small, held back too much or trained too little, or samples do not tell the classes "
            "apart."
        ),
        advice=_(
            "Train longer, with a larger network or weaker penalties; look at the labels if that changes nothing."
        ),
        numbers=numbers,
        settings=(train_setting(evidence, "epochs", 2 * evidence.train.epochs),),
    )
