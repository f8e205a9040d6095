"""A loss that stopped being a number, and the term in which it began; or one of validation that never is a number."""

from __future__ import annotations

import math

from trasluz.findings.evidence import Evidence, train_setting
from trasluz.findings.finding import Finding
from trasluz.findings.rates import lower_rate, rate_setting
from trasluz.messages import _
from trasluz.metrics.names import metric_name
from trasluz.numerals import integer, significant

OF_TRAINING = True


def check(evidence: Evidence) -> Finding | None:
    """What the loop wrote down when it stopped; of a run that did not, what validation came to at its end."""
    failure = evidence.info.get("failure")
    if not failure or evidence.finished:  # a run that was resumed to its end got over it
        return _of_validation(evidence)
    term, step, epoch = str(failure["term"]), int(failure["global_step"]), int(failure["epoch"])
    rate, lower = evidence.train.optimiser.learning_rate, lower_rate(evidence)
    settings = [rate_setting(evidence, lower)]
    if evidence.train.clip is None:
        settings.append(train_setting(evidence, "clip", 1.0))
    lowered = (
        _("Lower the learning rate of {rate} to {lower} and clip the gradients; look at the data for extreme values.")
        if evidence.train.clip is None
        else _("Lower the learning rate of {rate} to {lower}; look at the data for extreme values.")
    )
    advice = lowered.format(rate=significant(rate), lower=significant(lower))
    return Finding(
        severity="bad",
        title=_("The loss was no longer a number"),
        seen=_("The first term that was not finite was {term}, at step {step} (epoch {epoch}).").format(
            term=metric_name(term), step=integer(step), epoch=integer(epoch)
        ),
        meaning=_("Weights grew beyond what numbers hold; from there on nothing can be learned."),
        advice=f"{advice} {evidence.recipe.fragility}".strip(),
        numbers={"step": float(step), "epoch": float(epoch), "rate": rate},
        settings=tuple(settings),
        refuted_by=_("at a rate of {lower}, clipped, it stops at the same step: then it is the data.").format(
            lower=significant(lower)
        ),
    )


def _of_validation(evidence: Evidence) -> Finding | None:
    """A loss that is no number for what validation holds, at weights whose training loss is one."""
    losses = [float(record["valid/loss"]) for record in evidence.phase if _is_number(record.get("valid/loss"))]
    if not losses or math.isfinite(losses[-1]):
        return None
    times = sum(not math.isfinite(loss) for loss in losses)
    return Finding(
        severity="bad",
        title=_("The validation loss is no number"),
        seen=_(
            "In {times} of {epochs} epochs the validation loss was no finite number, the last one among them."
        ).format(times=integer(times), epochs=integer(len(losses))),
        meaning=_(
            "For some samples the network gives what is no number, though training went on: no epoch can be called the "
            "best, and such answers are worth nothing."
        ),
        advice=_(
            "Look in the validation data for what training lacks, such as images of one colour, and guard divisions, "
            "roots and logarithms of the network against zero."
        ),
        numbers={"times": float(times), "epochs": float(len(losses))},
        refuted_by=_("the network gives finite scores for every validation sample."),
    )


def _is_number(value: object) -> bool:
    """Whether it was measured, whatever came out."""
    return isinstance(value, (int, float))
