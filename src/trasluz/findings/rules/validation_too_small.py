"""Validation too small: what was measured says less than its digits do."""

from __future__ import annotations

import math

from trasluz.findings.evidence import Evidence
from trasluz.findings.finding import Finding
from trasluz.messages import _
from trasluz.numerals import integer, percent

_HALF_WIDTH = 0.05  # of accuracy: below five points, most choices between two recipes lie within chance
_MOST_HELD_OUT = 0.3
_ROUNDING = 0.02  # between a share that was asked for and the images that it became, groups kept together
_Z2 = 1.96**2


def check(evidence: Evidence) -> Finding | None:
    """An accuracy whose 95 % interval reaches further than five points to a side."""
    main = evidence.main
    if main is None or main.split == "train" or "accuracy" not in main.metrics:
        return None
    value = main.metrics["accuracy"]
    low, high = main.intervals.get("accuracy", evidence.share_interval(value, main.count))
    half = (high - low) / 2
    if half <= _HALF_WIDTH:
        return None
    apart = math.sqrt(2) * half
    words = {"count": integer(main.count), "value": percent(value), "low": percent(low), "high": percent(high)}
    seen = _("Accuracy on {count} samples is {value}, which could as well be anything from {low} to {high}.")
    return Finding(
        severity="note",
        title=_("Too few samples to tell good from better"),
        seen=seen.format(**words),
        meaning=_("Another run must differ by more than {apart} before that is more than chance.").format(
            apart=percent(apart)
        ),
        advice=_("Judge on more samples ({needed} or more), or on several splits and seeds.").format(
            needed=integer(math.ceil(_Z2 * 0.25 / _HALF_WIDTH**2))
        ),
        numbers={"accuracy": value, "low": low, "high": high, "count": float(main.count), "apart": apart},
        settings=tuple(_settings(evidence, main.split)),
    )


def _settings(evidence: Evidence, split: str) -> list[str]:
    """A larger share held out, where the recipe drew this one; a split that came with the data it cannot change."""
    share = {"valid": evidence.recipe.data.valid, "test": evidence.recipe.data.test}.get(split)
    count, everything = evidence.count(split), sum((evidence.info.get("splits") or {}).values())
    if not isinstance(share, float) or not 0 < share < _MOST_HELD_OUT or not everything:
        return []
    drawn = abs(count / everything - share) <= _ROUNDING
    return [f"data.{split}={min(2 * share, _MOST_HELD_OUT):g}"] if drawn else []
