"""Lagging: what is judged is behind what was trained, because running statistics or averaged weights need more steps.

While it trains, batch norm normalises by the batch; evaluation takes running means, which move a tenth of the way per
step.  After a handful of steps they are still near where they began, and so are weights averaged over steps.  At the
end of a training statistics that lag are computed anew, and ``run.json`` keeps what was measured before and after.
Where they were not, the sign is this: the same network is right more often while it learns than on the same images in
evaluation, where neither augmentation nor dropout is in its way.
"""

from __future__ import annotations

from trasluz.findings.evidence import BEHIND, Evidence, longer, train_setting
from trasluz.findings.finding import Finding
from trasluz.messages import _
from trasluz.numerals import integer, percent

OF_TRAINING = True


def check(evidence: Evidence) -> Finding | None:
    """Accuracy in evaluation surely a tenth below the running one, or below that with statistics computed anew."""
    return _mended(evidence) or _left(evidence)


def _mended(evidence: Evidence) -> Finding | None:
    """Told as a remark: the weights that are kept have new statistics, only the curves come from the old ones."""
    facts = evidence.recomputed
    before, after = (facts.get(when, {}).get("train_eval/accuracy") for when in ("before", "after"))
    if before is None or after is None:
        return None
    low, high = evidence.share_interval(before, evidence.compared)
    if after - high < BEHIND:
        return None
    steps = int(facts["steps"])
    seen = _(
        "After {steps} steps it was right on {before} of training samples with its running statistics, and on {after} "
        "once they had been computed anew from training samples."
    )
    return Finding(
        severity="note",
        title=_("The curves of validation lag behind what was trained"),
        seen=seen.format(steps=integer(steps), before=percent(before), after=percent(after)),
        meaning=_(
            "The running statistics of batch normalisation needed more steps than there were: the validation of all "
            "epochs but the last says little. What is judged now is not touched by that, and it is no overfitting."
        ),
        advice=_("Train for more epochs, or with smaller batches, where the curves are to be read.")
        if evidence.train.early_stopping is None
        else _(
            "Train for more epochs, or with smaller batches, and without early stopping until then: the epoch that it "
            "takes for the best is chosen by these curves."
        ),
        numbers={"running": after, "evaluated": before, "low": low, "high": high, "steps": float(steps)},
        settings=(*longer(evidence), *_unstopped(evidence)),
        refuted_by=_("with three times as many steps evaluation is as far behind as now."),
    )


def _unstopped(evidence: Evidence) -> tuple[str, ...]:
    """Without early stopping, where there is one."""
    return () if evidence.train.early_stopping is None else (train_setting(evidence, "early_stopping", "null"),)


def _left(evidence: Evidence) -> Finding | None:
    if evidence.left_behind is None:
        return None
    running, evaluated, low, high = evidence.left_behind
    steps = int(evidence.phase[-1].get("step", 0))
    words = {"running": running, "evaluated": evaluated, "low": low, "high": high}
    seen = (
        _(
            "While it learned it was right on {running} of the training samples of the last epoch; in evaluation the "
            "same network is right on {evaluated} of them ({low} to {high}), after {steps} steps."
        )
        if low < high
        else _(
            "While it learned it was right on {running} of the training samples of the last epoch; in evaluation the "
            "same network is right on {evaluated} of the very same ones, after {steps} steps."
        )
    )
    averaged = evidence.train.ema is not None
    return Finding(
        severity="warn",
        title=_("What is judged lags behind what was trained"),
        seen=seen.format(steps=integer(steps), **{name: percent(value) for name, value in words.items()}),
        meaning=_("The averaged weights that are judged are still near those of the beginning; this is no overfitting.")
        if averaged
        else _("What evaluation normalises by, or leaves out, is not what was trained with; this is no overfitting."),
        advice=_("Train for more epochs, or with smaller batches: it is steps that are missing.")
        if averaged or evidence.train.statistics == "auto"
        else _("Let the running statistics be computed anew at the end, or train for more epochs."),
        numbers={**words, "steps": float(steps)},
        settings=longer(evidence)
        if averaged or evidence.train.statistics == "auto"
        else (train_setting(evidence, "statistics", "auto"),),
        refuted_by=_("with three times as many steps evaluation is as far behind as now."),
        cause="learned little",
        specific=3,
    )
