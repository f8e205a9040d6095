"""Mislabelled suspects: labels that a probe which was not taught them holds for wrong, and how many it may be wrong of.

Nothing is said where the probe may not suspect (``look/classes/suspicion.py``), and none of hard pictures: the share of
wrong labels must surely be more than one in a hundred.

Wrong labels are told from hard pictures by being as frequent where the probe is surest, and of any class.  Confusion
with a system is neither: where one seven in five is called a one, a probe taught by such labels learns that sevens are
ones to a fifth, and is right about the labels; so are pictures that really are a one in a fifth of the cases.  Which of
the two it is this method cannot read from images and labels, and no such label is suspected.
"""

from __future__ import annotations

from trasluz.findings.evidence import Evidence
from trasluz.findings.finding import Finding
from trasluz.look.looks.wrong_labels import WrongLabelsResult
from trasluz.messages import _
from trasluz.numerals import integer, percent, significant

_LEAST = 0.01  # of labels wrong, surely: of clean data up to that share looks so, because some pictures are hard


def check(evidence: Evidence) -> Finding | None:
    """More than one label in a hundred is wrong, within the interval, and it is known which are suspect."""
    look = evidence.looks.get("wrong-labels")
    if not isinstance(look, WrongLabelsResult) or not look.suspects or look.rate[1] < _LEAST:
        return None
    rate, low, high = (float(bound) for bound in look.rate)
    seen = _(
        "Of {examined} training labels {suspects} ({share}) are suspect by a linear probe that was not taught them; "
        "about {false} of these are expected to be right nevertheless. Wrong are an estimated {rate} of all labels; "
        "95 % interval: {low} to {high}."
    )
    return Finding(
        severity="warn",
        title=_("Some labels are suspect"),
        seen=seen.format(
            examined=integer(look.examined),
            suspects=integer(look.suspects),
            share=percent(look.suspects / look.examined),
            false=significant(look.false_alarms, 2),
            rate=percent(rate),
            low=percent(low),
            high=percent(high),
        ),
        meaning=_(
            "Wrong labels in training teach mistakes, and wrong labels in the test data count right answers as wrong."
        ),
        advice=_(
            "Look at the suspect images, which this report lists from the likeliest on; correct or remove what is "
            "wrong, and train again."
        ),
        numbers={
            "suspects": float(look.suspects),
            "false_alarms": look.false_alarms,
            "rate": rate,
            "rate_low": low,
            "rate_high": high,
            "auc": float(look.auc[0]),
        },
        refuted_by=_("whoever looks at the surest of them agrees with the labels."),
    )
