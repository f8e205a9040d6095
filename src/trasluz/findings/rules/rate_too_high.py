"""Learning rate too high: the training loss jumps, or ends above where it began."""

from __future__ import annotations

import numpy as np

from trasluz.findings.curves import WINDOW
from trasluz.findings.evidence import Evidence, train_setting
from trasluz.findings.finding import Finding
from trasluz.messages import _
from trasluz.numerals import integer, significant

_ABOVE = 0.1  # of the first epoch's loss: ending a tenth above it is no noise of means over an epoch
_JUMP = 0.25  # of the loss before and of all that was won: a quarter given back in one epoch
_LEAST_JUMPS = 2
_SHARE_OF_EPOCHS = 0.1


def check(evidence: Evidence) -> Finding | None:
    """A training loss that rose over all, or leaps up again and again."""
    values = evidence.series("train/loss")
    if len(values) < WINDOW or evidence.divergence.get("warmup"):  # a rising weight makes the loss rise too
        return None
    first, last, least = values[0], float(np.mean(values[-WINDOW:])), min(values)
    if last - first > _ABOVE * abs(first):
        seen = _("The training loss was {first} in the first epoch and {last} in the last ones.")
        words = {"first": significant(first), "last": significant(last)}
        return _finding(evidence, seen.format(**words), {"first": first, "last": last})
    won = max(first - least, 0.0)
    rises = zip(np.diff(values), values[:-1], strict=True)
    jumps = sum(bool(rise >= _JUMP * abs(before) and rise >= _JUMP * won) for rise, before in rises if rise > 0)
    if jumps < max(_LEAST_JUMPS, _SHARE_OF_EPOCHS * len(values)):
        return None
    seen = _("The training loss leapt up by a quarter or more in {jumps} of {epochs} epochs.")
    words = {"jumps": integer(jumps), "epochs": integer(len(values))}
    return _finding(evidence, seen.format(**words), {"jumps": float(jumps), "epochs": float(len(values))})


def _finding(evidence: Evidence, seen: str, numbers: dict[str, float]) -> Finding:
    rate = evidence.train.optimiser.learning_rate
    return Finding(
        severity="bad" if "first" in numbers else "warn",
        title=_("Learning rate too high"),
        seen=seen,
        meaning=_("The steps overshoot: each undoes some of what those before it had learned."),
        advice=_("Lower the learning rate of {rate} to a third, or warm it up.").format(rate=significant(rate)),
        numbers={**numbers, "rate": rate},
        settings=(train_setting(evidence, "optimiser.learning_rate", f"{rate / 3:.2g}"),),
    )
