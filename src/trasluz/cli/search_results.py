"""What a search has to say beside its trials: what outer folds judge, in a sentence and for --json."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from trasluz.cli.console import figures
from trasluz.messages import _

if TYPE_CHECKING:
    from trasluz.search.outer_score import OuterScore


def outer_sentence(found: OuterScore) -> str:
    """The outer score beside the inner one."""
    told = {"metric": found.metric, "score": bounded(found.score, found.low, found.high)}
    told |= {"done": str(found.done), "wanted": str(found.wanted), "inner": figures(found.inner)}
    return _("Outer folds ({done} of {wanted}): {metric} {score}; by the scores that chose it seemed {inner}.").format(
        **told
    )


def outer_told(found: OuterScore | None) -> dict[str, Any]:
    """The same for --json."""
    return {} if found is None else {"outer": found.to_dict()}


def bounded(value: float, low: float, high: float) -> str:
    """A number with its interval, where that is known."""
    if not math.isfinite(low) or not math.isfinite(high):
        return figures(value)
    return _("{value} [{low}, {high}]").format(value=figures(value), low=figures(low), high=figures(high))
