"""Section about test data, which were read once for the one that a search chose."""

from __future__ import annotations

import math
from dataclasses import dataclass

from trasluz.draw.names import integer, metric_value
from trasluz.report.page import fill
from trasluz.report.phrase import Phrase, both, both_n, metric_phrase
from trasluz.report.sections.base import Section
from trasluz.search.tested import Tested


@dataclass(frozen=True)
class _Row:
    what: Phrase
    score: str
    low: str
    high: str


def tested_section(found: Tested, best: str) -> Section:
    """What the chosen one gave on test data, beside what it promised; ``best``: the best trial by now."""
    rows = [_row(both("By which it was chosen"), found.metric, found.chosen_by)]
    if found.expected is not None:
        ends = (found.expected_low, found.expected_high)
        rows.append(_row(both("Expected on new samples"), found.metric, found.expected, *ends))
    rows.append(_row(both("On test data"), found.metric, found.score, found.low, found.high))
    html = fill(
        "sections/tested.html",
        lead=on_test_data(found),
        rows=rows,
        notes=_notes(found, best),
        metric=metric_phrase(found.metric),
    )
    return Section(both("What does the winner give on test data?"), "test", html, answer=on_test_data(found))


def on_test_data(found: Tested) -> Phrase:
    """The score with its interval."""
    words = {
        "trial": found.trial,
        "metric": metric_phrase(found.metric),
        "value": metric_value(found.metric, found.score),
        "samples": integer(found.samples),
    }
    low, high = found.bounds
    if not math.isfinite(low) or not math.isfinite(high):
        return both("On {samples} test samples {trial} has {metric} {value}.", **words)
    words |= {"low": metric_value(found.metric, low), "high": metric_value(found.metric, high)}
    return both("On {samples} test samples {trial} has {metric} {value} ({low} to {high}).", **words)


def _notes(found: Tested, best: str) -> list[Phrase]:
    notes = [both("Test data were read once, on {day}, after the search had ended.", day=found.read[:10])]
    if len(found.runs) > 1:
        notes.append(
            both_n(
                "It is the mean over {n} training; a sample counts as one in the interval.",
                "It is the mean over {n} trainings; a sample counts as one in the interval.",
                len(found.runs),
            )
            if found.by == "samples"
            else both_n(
                "It is the mean over {n} training, with Student's interval over these.",
                "It is the mean over {n} trainings, with Student's interval over these.",
                len(found.runs),
            )
        )
    if found.mixed:
        notes.append(
            both(
                "Each seed drew test data of its own, so that samples which tested one training chose by another: this "
                "is a little too good. `data.split_seed` holds the splits."
            )
        )
    if best and best != found.trial:
        notes.append(
            both(
                "The search went on after that; {best} is the best by now, and was not judged by test data.", best=best
            )
        )
    return notes


def _row(what: Phrase, metric: str, score: float, low: float | None = None, high: float | None = None) -> _Row:
    ends = ["–" if end is None else metric_value(metric, end) for end in (low, high)]
    return _Row(what, metric_value(metric, score), ends[0], ends[1])
