"""Validation too small: what was measured says less than its digits do."""

from __future__ import annotations

import math

from trasluz.findings.evidence import Evidence
from trasluz.findings.finding import Finding
from trasluz.messages import _
from trasluz.numerals import integer, percent, significant

ACCURACIES = ("accuracy", "subset_accuracy")  # the latter of several labels: samples, unlike labels, are independent
_HALF_WIDTH = 0.05  # of accuracy: below five points, most choices between two recipes lie within chance
_MOST_HELD_OUT = 0.3
_ROUNDING = 0.02  # between a share that was asked for and the images that it became, groups kept together


def check(evidence: Evidence) -> Finding | None:
    """An accuracy, of several labels the share of samples with all of them right, whose 95 % interval reaches further
    than five points to a side."""
    main = evidence.main
    measured = next((name for name in ACCURACIES if main is not None and name in main.metrics), None)
    if main is None or main.split == "train" or measured is None:
        return None
    value = main.metrics[measured]
    low, high = main.intervals.get(measured, evidence.share_interval(value, main.count))
    half = (high - low) / 2
    if half <= _HALF_WIDTH:
        return None
    apart = math.sqrt(2) * half
    words = {"count": integer(main.count), "value": percent(value), "low": percent(low), "high": percent(high)}
    seen = (
        _("Accuracy on {count} samples is {value}, which could as well be anything from {low} to {high}.")
        if measured == "accuracy"
        else _(
            "All labels are right for {value} of {count} samples; it could as well be anything from {low} to {high}."
        )
    )
    # Of groups more are needed, not more samples of the same, and how many a larger share would hold is not known.
    share = _larger_share(evidence, main.split) if evidence.worth == 1 else None
    return Finding(
        severity="note",
        title=_("Too few samples to tell good from better"),
        seen=seen.format(**words),
        meaning=_(
            "A run judged on other samples must differ by more than {apart} points before that is more than chance."
        ).format(apart=significant(100 * apart, 2)),
        advice=_advice(evidence, value, share),
        numbers={"accuracy": value, "low": low, "high": high, "count": float(main.count), "apart": apart},
        settings=() if share is None else (f"data.{main.split}={share:g}",),
        refuted_by=_("several splits of these data give accuracies that lie closer together than this interval."),
    )


def _advice(evidence: Evidence, value: float, share: float | None) -> str:
    """What can be had from the data that there are: a larger share with the interval that it gives, or several."""
    several = _("Compare recipes over several seeds on the same samples (`trasluz study`), or collect more.")
    if share is None:
        return several
    count = round(share * _everything(evidence))
    low, high = evidence.share_interval(value, count)
    larger = _("Hold out {share} of the data: about {count} samples, which leave {half} points to a side.").format(
        share=percent(share), count=integer(count), half=significant(50 * (high - low), 2)
    )
    return f"{larger} {several}"


def _everything(evidence: Evidence) -> int:
    return sum((evidence.info.get("splits") or {}).values())


def _larger_share(evidence: Evidence, split: str) -> float | None:
    """A larger share held out, where the recipe drew this one; a split that came with the data it cannot change."""
    data = evidence.recipe.data
    share = {"valid": None if data.fold else data.valid, "test": None if data.test_fold else data.test}.get(split)
    count, everything = evidence.count(split), _everything(evidence)
    if not isinstance(share, float) or not 0 < share < _MOST_HELD_OUT or not everything:
        return None
    drawn = abs(count / everything - share) <= _ROUNDING
    return min(2 * share, _MOST_HELD_OUT) if drawn else None
