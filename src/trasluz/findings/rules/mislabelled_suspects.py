"""Mislabelled suspects: labels that contradict what a probe is surest of."""

from __future__ import annotations

from trasluz.findings.evidence import Evidence
from trasluz.findings.finding import Finding
from trasluz.look.looks.wrong_labels import WrongLabelsResult
from trasluz.messages import _
from trasluz.metrics.intervals import wilson
from trasluz.numerals import integer, percent

_FEWEST = 50  # images of which the probe is surest
_LEAST = 0.01  # of them with another label, surely: hard images are not among them, clean data have next to none


def check(evidence: Evidence) -> Finding | None:
    """More than one label in a hundred contradicts the probe where it is surest, within the interval."""
    look = evidence.looks.get("wrong-labels")
    if not isinstance(look, WrongLabelsResult) or look.surest < _FEWEST:
        return None
    low, high = wilson(look.surest_wrong, look.surest)
    if low < _LEAST:
        return None
    smoothing = evidence.recipe.model.get("label_smoothing")
    seen = _(
        "Of the {n} training images of which a linear probe on the features is surest, {wrong} ({share}) have another "
        "label; 95 % interval: {low} to {high}. In all {suspects} of {examined} labels are suspect."
    )
    return Finding(
        severity="warn",
        title=_("Some labels are likely wrong"),
        seen=seen.format(
            n=integer(look.surest),
            wrong=integer(look.surest_wrong),
            share=percent(look.surest_wrong / look.surest),
            low=percent(low),
            high=percent(high),
            suspects=integer(look.suspects),
            examined=integer(look.examined),
        ),
        meaning=_(
            "Wrong labels in training teach mistakes, and wrong labels in the test data count right answers as wrong."
        ),
        advice=_(
            "Look at the suspect images, correct or remove what is wrong, and train again; else smooth the labels."
        ),
        numbers={
            "surest": float(look.surest),
            "surest_wrong": float(look.surest_wrong),
            "suspects": float(look.suspects),
            "expected": look.expected,
        },
        settings=("model.label_smoothing=0.1",) if smoothing == 0 else (),
        refuted_by=_("whoever looks at the surest of them agrees with the labels."),
    )
