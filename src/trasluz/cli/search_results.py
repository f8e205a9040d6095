"""What a search has to say beside its trials: what test data and outer folds judge, in sentences and for --json."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from trasluz.cli.console import figures
from trasluz.messages import _

if TYPE_CHECKING:
    from trasluz.api import SearchResult
    from trasluz.search.outer_score import OuterScore
    from trasluz.search.tested import Tested


def outer_sentence(found: OuterScore) -> str:
    """The outer score beside the inner one."""
    told = {"metric": found.metric, "score": bounded(found.score, found.low, found.high)}
    told |= {"done": str(found.done), "wanted": str(found.wanted), "inner": figures(found.inner)}
    return _("Outer folds ({done} of {wanted}): {metric} {score}; by the scores that chose it seemed {inner}.").format(
        **told
    )


def test_sentence(found: Tested) -> str:
    """What test data said of the one that was chosen, beside what it promised."""
    told = {"trial": found.trial, "metric": found.metric, "day": found.read[:10], "chosen": figures(found.chosen_by)}
    told |= {"score": bounded(found.score, *found.bounds)}
    if found.expected is None or found.expected_low is None or found.expected_high is None:
        message = _("Test data (read {day}): {trial}, {metric} {score}; it was chosen by {chosen}.")
        return message.format(**told)
    told |= {"expected": bounded(found.expected, found.expected_low, found.expected_high)}
    message = _(
        "Test data (read {day}): {trial}, {metric} {score}; it was chosen by {chosen}; {expected} was expected."
    )
    return message.format(**told)


def told_beside(found: SearchResult) -> dict[str, Any]:
    """The same for --json."""
    outer = {} if found.outer is None else {"outer": found.outer.to_dict()}
    return outer if found.tested is None else {**outer, "test": found.tested.to_dict()}


def bounded(value: float, low: float, high: float) -> str:
    """A number with its interval, where that is known."""
    if not math.isfinite(low) or not math.isfinite(high):
        return figures(value)
    return _("{value} [{low}, {high}]").format(value=figures(value), low=figures(low), high=figures(high))
