"""Learning rate too high: the training loss jumps, ends above where it began, or falls no lower than chance."""

from __future__ import annotations

import numpy as np

from trasluz.findings.curves import WINDOW
from trasluz.findings.evidence import Evidence, train_setting
from trasluz.findings.finding import Finding, Severity
from trasluz.messages import _
from trasluz.numerals import integer, significant

_ABOVE = 0.1  # of the first epoch's loss: ending a tenth above it is no noise of means over an epoch
_JUMP = 0.25  # of the loss before and of all that was won: a quarter given back in one epoch
_LEAST_JUMPS = 2
_SHARE_OF_EPOCHS = 0.1
_RECOVERED = 0.1  # of all that was won: who ends so near the lowest loss, at a rate that came down, has lost nothing
_THROWN = 1.5  # times the loss of chance in the first epoch: fresh weights begin near chance, so steps led away from it
_NO_BETTER = 0.95  # of the loss of chance
_RESTS = 0.9  # of the loss half-way: who still falls from a height, as with pixels of 255, is on the way
CAUSE = "learned little"


def check(evidence: Evidence) -> Finding | None:
    """A training loss that rose over all, that steps threw far above chance for good, or that leaps up repeatedly.

    A schedule is allowed its peak: leaps from which the loss came back, once the rate fell, are none.
    """
    values = evidence.series("train/loss")
    if len(values) < WINDOW or evidence.divergence.get("warmup"):  # a rising weight makes the loss rise too
        return None
    return _ended_above(evidence, values) or _thrown_off(evidence) or _leaps(evidence, values)


def _ended_above(evidence: Evidence, values: list[float]) -> Finding | None:
    first, last = values[0], float(np.mean(values[-WINDOW:]))
    if last - first <= _ABOVE * abs(first):
        return None
    seen = _("The training loss was {first} in the first epoch and {last} in the last ones.")
    words = {"first": significant(first), "last": significant(last)}
    return _finding(evidence, "bad", seen.format(**words), {"first": first, "last": last})


def _thrown_off(evidence: Evidence) -> Finding | None:
    chance, values = evidence.chance_loss, evidence.series("train/cross_entropy")
    if chance is None or len(values) < WINDOW or evidence.audit.get("kind") == "table":
        return None  # unscaled features begin far above chance by themselves
    first, last = values[0], float(np.mean(values[-WINDOW:]))
    half = float(np.mean(values[len(values) // 2 - 1 : len(values) // 2 + 1]))
    if first < _THROWN * chance or last < max(_NO_BETTER * chance, _RESTS * half):
        return None
    seen = _(
        "The training loss was {first} in the first epoch and {last} in the last ones; always giving the classes their "
        "shares would have {chance}."
    )
    words = {"first": significant(first), "last": significant(last), "chance": significant(chance)}
    return _finding(evidence, "bad", seen.format(**words), {"first": first, "last": last, "chance": chance})


def _leaps(evidence: Evidence, values: list[float]) -> Finding | None:
    first, last, least = values[0], float(np.mean(values[-WINDOW:])), min(values)
    won = max(first - least, 0.0)
    if not evidence.constant_rate and last - least <= _RECOVERED * won:
        return None
    rises = zip(np.diff(values), values[:-1], strict=True)
    jumps = sum(bool(rise >= _JUMP * abs(before) and rise >= _JUMP * won) for rise, before in rises if rise > 0)
    if jumps < max(_LEAST_JUMPS, _SHARE_OF_EPOCHS * len(values)):
        return None
    seen = _("The training loss leapt up by a quarter or more in {jumps} of {epochs} epochs.")
    words = {"jumps": integer(jumps), "epochs": integer(len(values))}
    numbers = {"jumps": float(jumps), "epochs": float(len(values))}
    return _finding(evidence, "warn", seen.format(**words), numbers)


def _finding(evidence: Evidence, severity: Severity, seen: str, numbers: dict[str, float]) -> Finding:
    rate = evidence.train.optimiser.learning_rate
    share = 10 if severity == "bad" else 3
    lower = rate / share
    return Finding(
        severity=severity,
        title=_("Learning rate too high"),
        seen=seen,
        meaning=_("The steps overshoot: each undoes some of what those before it had learned."),
        advice=_("Lower the learning rate of {rate} to {lower}, or warm it up.").format(
            rate=significant(rate), lower=significant(lower)
        ),
        numbers={**numbers, "rate": rate},
        settings=(train_setting(evidence, "optimiser.learning_rate", f"{lower:.2g}"),),
        refuted_by=_("at a tenth of the rate the training loss ends no lower."),
        cause=CAUSE,
        specific=2,
    )
