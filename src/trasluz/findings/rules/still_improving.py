"""Still improving when it stopped: more epochs would have paid."""

from __future__ import annotations

from itertools import pairwise

from trasluz.findings.curves import slope
from trasluz.findings.evidence import Evidence, longer
from trasluz.findings.finding import Finding
from trasluz.messages import _
from trasluz.numerals import integer, significant

_FEWEST = 5  # epochs for a line through the last ones
_FEW = 3  # epochs that all went down say it without one: by chance four would in one of 24 cases
_SHARE = 4  # the last quarter is the end of a curve
_STILL_HIGH = 0.5  # of the largest rate: below, the schedule has ended the fall, not the clock
_ERRORS = 3.0  # standard errors of the slope
_GAIN = 0.05  # of all that was won so far, within as many epochs as the line was drawn through
_OF_THE_LOSS = 0.01
_LATEST = 0.1  # of what few epochs brought, by the last of them: one that brought less was where the fall ends


def check(evidence: Evidence) -> Finding | None:
    """A validation loss that falls beyond its noise up to the last epoch, at a rate that was not let down."""
    values, rates = evidence.series("valid/loss"), evidence.series("learning_rate")
    stopped = not evidence.finished or evidence.stopped_itself or evidence.curves_lag
    if stopped or len(values) < _FEW or not rates or rates[-1] < _STILL_HIGH * max(rates):
        return None
    last = values[-max(_FEWEST, len(values) // _SHARE) :]
    gain, won = _gain(last), values[0] - min(values)
    if gain is None or gain < max(_GAIN * won, _OF_THE_LOSS * abs(values[-1])):
        return None
    words = {"epochs": integer(len(last)), "gain": significant(gain), "last": significant(values[-1])}
    return Finding(
        severity="note",
        title=_("Still improving when it stopped"),
        seen=_(
            "Over the last {epochs} epochs the validation loss fell by {gain}, to {last}, and was still falling."
        ).format(**words),
        meaning=_("The numbers of this run are below what its recipe can reach."),
        advice=_("Train longer; `trasluz resume` goes on from where this run stopped."),
        numbers={"gain": gain, "last": values[-1], "epochs": float(len(last))},
        settings=longer(evidence),
        refuted_by=_("trained twice as long, it ends with no lower validation loss."),
        cause="learned little",
    )


def _gain(last: list[float]) -> float | None:
    """What these epochs brought beyond their noise; of few ones what all brought if each did, and no less than a
    tenth of it the last."""
    if len(last) >= _FEWEST:
        step, error = slope(last)
        return None if step > -_ERRORS * error else -step * len(last)
    falls = [before - after for before, after in pairwise(last)]
    whole = last[0] - last[-1]
    return whole if min(falls) > 0 and falls[-1] >= max(_LATEST * whole, _OF_THE_LOSS * abs(last[-1])) else None
