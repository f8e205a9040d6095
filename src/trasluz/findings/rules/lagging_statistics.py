"""Lagging: what is judged is behind what was trained, because running statistics or averaged weights need more steps.

While it trains, batch norm normalises by the batch; evaluation takes running means, which move a tenth of the way per
step.  After a handful of steps they are still near where they began, and so are weights averaged over steps.  The sign:
the same network is right more often while it learns than on the same images in evaluation, where neither augmentation
nor dropout is in its way.
"""

from __future__ import annotations

from trasluz.findings.evidence import Evidence, longer
from trasluz.findings.finding import Finding
from trasluz.messages import _
from trasluz.numerals import integer, percent

_BEHIND = 0.1  # of accuracy: augmentation, dropout and earlier weights only ever make the running accuracy lower
CAUSE = "learned little"


def check(evidence: Evidence) -> Finding | None:
    """Accuracy in evaluation surely a tenth below the running one, on the same training images at the end."""
    both = evidence.together("train/accuracy", "train_eval/accuracy")
    if not both:
        return None
    running, evaluated = both[-1]
    low, high = evidence.share_interval(evaluated, evidence.compared)
    if running - high < _BEHIND:
        return None
    steps = int(evidence.phase[-1].get("step", 0))
    seen = _(
        "While it learned it was right on {running} of the training samples of the last epoch; in evaluation the same "
        "network is right on {evaluated} of them ({low} to {high}), after {steps} steps."
    )
    averaged = evidence.train.ema is not None
    return Finding(
        severity="warn",
        title=_("What is judged lags behind what was trained"),
        seen=seen.format(
            running=percent(running),
            evaluated=percent(evaluated),
            low=percent(low),
            high=percent(high),
            steps=integer(steps),
        ),
        meaning=_("The averaged weights that are judged are still near those of the beginning; this is no overfitting.")
        if averaged
        else _(
            "The running statistics of batch normalisation are still near those of the beginning; this is no "
            "overfitting, and the validation numbers of these epochs say little."
        ),
        advice=_("Train for more epochs, or with smaller batches: it is steps that are missing."),
        numbers={"running": running, "evaluated": evaluated, "low": low, "high": high, "steps": float(steps)},
        settings=longer(evidence),
        refuted_by=_("with three times as many steps evaluation is as far behind as now."),
        cause=CAUSE,
        specific=3,
    )
