"""A loss that stopped being a number, and the term in which it began."""

from __future__ import annotations

from trasluz.findings.evidence import Evidence, train_setting
from trasluz.findings.finding import Finding
from trasluz.messages import _
from trasluz.numerals import integer, significant


def check(evidence: Evidence) -> Finding | None:
    """What the loop wrote down when it stopped."""
    failure = evidence.info.get("failure")
    if not failure or evidence.finished:  # a run that was resumed to its end got over it
        return None
    term, step, epoch = str(failure["term"]), int(failure["global_step"]), int(failure["epoch"])
    rate = evidence.train.optimiser.learning_rate
    settings = [train_setting(evidence, "optimiser.learning_rate", f"{rate / 10:.2g}")]
    if evidence.train.clip is None:
        settings.append(train_setting(evidence, "clip", 1.0))
    advice = _(
        "Lower the learning rate of {rate} ten times and clip the gradients; look at the data for extreme values."
    ).format(rate=significant(rate))
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
        refuted_by=_("at a tenth of the rate, clipped, it stops at the same step: then it is the data."),
    )
