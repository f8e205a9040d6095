"""Learning rate too low: the training loss creeps down in a straight line, or the steps lead nowhere."""

from __future__ import annotations

import numpy as np

from trasluz.findings.curves import slope
from trasluz.findings.evidence import Evidence
from trasluz.findings.finding import Finding
from trasluz.findings.rates import higher_rate, rate_setting, usual_rate
from trasluz.messages import _
from trasluz.numerals import integer, percent, significant

OF_TRAINING = True
_HELD = 0.8  # of the largest rate
_FEWEST = 6  # epochs: three for each half's line
_BARELY = 0.2  # of the first epoch's loss: a fall below a fifth
_STRAIGHT = 0.7  # how steep the second half is beside the first; a healthy curve bends
_ERRORS = 3.0  # standard errors of a slope
_ADAM = ("adam", "adamw", "nadam")  # of which a step is hardly ever longer than the rate
_SHORT = 1e-4  # a tenth of Adam's usual rate; above, few steps and not their length are the reason
_REACH = 0.01  # what all steps together can have moved a weight: a tenth of one of a hundred inputs, fresh from drawing
_LEAP = 1.1  # times the first validation loss: who leaps above it takes no steps that are too short
_LEARNED = 0.9  # training accuracy from which a small fall is the end of the way, not its beginning


def check(evidence: Evidence) -> Finding | None:
    """A fall of less than a fifth, as steep at the end as at the beginning, or with steps too short for any.

    How steep a curve is at its end says nothing of the rate where a schedule has let it down.
    """
    values, accuracy = evidence.series("train/loss"), evidence.series("train/accuracy")
    if not values or not values[0] or (accuracy and accuracy[-1] >= _LEARNED):
        return None
    fall, epochs = (values[0] - values[-1]) / abs(values[0]), integer(len(values))
    if fall >= _BARELY:
        return None
    reach = _reach(evidence)
    if reach is not None and reach < _REACH:
        seen = _(
            "In {epochs} epochs all steps together can have moved a weight by {reach} at most; the training loss fell "
            "by {share}."
        )
        words = {"epochs": epochs, "reach": significant(reach), "share": percent(max(fall, 0.0))}
        return _finding(evidence, seen.format(**words), {"fall": fall, "reach": reach})
    valid = evidence.series("valid/loss")
    leaps = bool(valid) and not evidence.curves_lag and max(valid) > _LEAP * valid[0]
    if not fall > 0 or leaps or not _held(evidence) or not _straight(values):
        return None
    seen = _("In {epochs} epochs the training loss fell by {share}, as fast at the end as at the beginning.")
    return _finding(evidence, seen.format(epochs=epochs, share=percent(fall)), {"fall": fall})


def _held(evidence: Evidence) -> bool:
    """Whether the rate was not let down, so that a straight curve is its doing; a warm-up may precede."""
    rates = evidence.series("learning_rate")
    return not rates or rates[-1] >= _HELD * max(rates)


def _straight(values: list[float]) -> bool:
    """Whether the curve falls beyond its noise in both halves, and hardly bends."""
    if len(values) < _FEWEST:
        return False
    half = len(values) // 2
    early, early_error = slope(values[:half])
    late, late_error = slope(values[half:])
    falling = early < -_ERRORS * early_error and late < -_ERRORS * late_error
    return falling and late <= _STRAIGHT * early


def _reach(evidence: Evidence) -> float | None:
    """The sum of the rates of all steps of the phase, which bounds how far Adam has moved a weight in the usual case
    (Kingma & Ba 2015, section 2.1); ``None`` for other methods, several rates, and weights that were trained before.
    """
    records = [r for r in evidence.phase if "learning_rate" in r and "step" in r]
    if evidence.info.get("started_from") or max((r["learning_rate"] for r in records), default=_SHORT) >= _SHORT:
        return None
    if evidence.train.optimiser.name not in _ADAM or not records or len(records) < len(evidence.phase):
        return None
    earlier = [int(r.get("step", 0)) for r in evidence.history[: len(evidence.history) - len(evidence.phase)]]
    steps = np.diff([earlier[-1] if earlier else 0, *(int(r["step"]) for r in records)])
    largest = max(1.0, *evidence.train.learning_rate_factors.values()) if evidence.train.learning_rate_factors else 1.0
    return largest * float(sum(n * r["learning_rate"] for n, r in zip(steps, records, strict=True)))


def _finding(evidence: Evidence, seen: str, numbers: dict[str, float]) -> Finding:
    rate, usual = evidence.train.optimiser.learning_rate, usual_rate(evidence)
    higher = usual if "reach" in numbers and usual is not None else higher_rate(evidence)
    return Finding(
        severity="warn",
        title=_("Learning rate too low"),
        seen=seen,
        meaning=_("Training has hardly begun: the steps are too short for the time that it was given."),
        advice=_("Raise the learning rate of {rate} to {higher}.").format(
            rate=significant(rate), higher=significant(higher)
        ),
        numbers={**numbers, "rate": rate},
        settings=(rate_setting(evidence, higher),),
        refuted_by=_("at a rate of {higher} the training loss falls no further in as many epochs.").format(
            higher=significant(higher)
        ),
        cause="learned little",
        specific=2,
    )
