"""Too few folds or seeds for the difference between the winner and the second: a few more would tell them apart."""

from __future__ import annotations

import math

import numpy as np

from trasluz.findings.finding import Finding
from trasluz.findings.study_evidence import StudyEvidence, difference_text
from trasluz.messages import _
from trasluz.metrics.intervals import students_quantile
from trasluz.numerals import integer

_CONFIDENCE = 0.95
_MOST = 50  # trainings: a difference that would need more is none that anybody should wait for


def check(evidence: StudyEvidence) -> Finding | None:
    """A difference between the first two, of 2 trainings each at least, that holds zero and would not with up to 50."""
    winner = evidence.winner
    by_name = {trial.name: trial for trial in evidence.compared}
    if winner is None or winner.second not in by_name or winner.cells < 2:
        return None
    pairs = zip(by_name[winner.best].judged, by_name[winner.second].judged, strict=True)
    apart = np.array([float(first.score or 0.0) - float(second.score or 0.0) for first, second in pairs])
    mean, spread, count = float(apart.mean()), float(apart.std(ddof=1)), len(apart)
    half = students_quantile(count, _CONFIDENCE) * spread / math.sqrt(count)
    needed = _needed(abs(mean), spread)
    if abs(mean) > half or needed is None or needed <= count:
        return None
    metric = winner.metric
    return Finding(
        severity="warn",
        title=_("Too few folds or seeds for the difference"),
        seen=_(
            "{best} and {second} differ by {mean} over {count} trainings each, which could as well be {low} to {high}."
        ).format(
            best=winner.best,
            second=winner.second,
            mean=difference_text(metric, mean),
            count=integer(count),
            low=difference_text(metric, mean - half),
            high=difference_text(metric, mean + half),
        ),
        meaning=_("So few trainings cannot tell a difference of that size from chance."),
        advice=_(
            "If the difference is real, about {needed} trainings of each would show it; give more folds or seeds."
        ).format(needed=integer(needed)),
        numbers={"mean": mean, "half": half, "count": float(count), "needed": float(needed)},
        refuted_by=_("with so many trainings the interval still holds zero."),
        cause="winner",
        specific=1,
    )


def _needed(mean: float, spread: float) -> int | None:
    """The smallest number of trainings with which an interval of that spread would leave out zero."""
    return next(
        (n for n in range(2, _MOST + 1) if students_quantile(n, _CONFIDENCE) * spread / math.sqrt(n) < mean), None
    )
