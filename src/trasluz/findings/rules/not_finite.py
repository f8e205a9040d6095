"""A loss that stopped being a number, and the term in which it began."""

from __future__ import annotations

from trasluz.findings.evidence import Evidence, train_setting
from trasluz.findings.finding import Finding
from trasluz.findings.rates import lower_rate, rate_setting
from trasluz.messages import _
from trasluz.numerals import integer, significant


def check(evidence: Evidence) -> Finding | None:
    """What the loop wrote down when it stopped."""
    failure = evidence.info.get("failure")
    if not failure or evidence.finished:  # a run that was resumed to its end got over it
        return None
    term, step, epoch = str(failure["term"]), int(failure["global_step"]), int(failure["epoch"])
    rate, lower = evidence.train.optimiser.learning_rate, lower_rate(evidence)
    settings = [rate_setting(evidence, lower)]
    if evidence.train.clip is None:
        settings.append(train_setting(evidence, "clip", 1.0))
    advice = _(
        "Lower the learning rate of {rate} to {lower} and clip the gradients; look at the data for extreme values."
    ).format(rate=significant(rate), lower=significant(lower))
    return Finding(
        severity="bad",
        title=_("The loss was no longer a number"),
        seen=_("The first term that was not finite was {term}, at step {step} (epoch {epoch}).").format(
            term=term, step=integer(step), epoch=integer(epoch)
        ),
        meaning=_("Weights grew beyond what numbers hold; from there on nothing can be learned."),
        advice=f"{advice} {evidence.recipe.fragility}".strip(),
        numbers={"step": float(step), "epoch": float(epoch), "rate": rate},
        settings=tuple(settings),
        refuted_by=_("at a rate of {lower}, clipped, it stops at the same step: then it is the data.").format(
            lower=significant(lower)
        ),
    )
