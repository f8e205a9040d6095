"""A loss that reaches no parameter: nothing changed while it trained."""

from __future__ import annotations

from trasluz.findings.evidence import Evidence
from trasluz.findings.finding import Finding
from trasluz.messages import _
from trasluz.numerals import integer, significant

_FEWEST = 3  # epochs


def check(evidence: Evidence) -> Finding | None:
    """A validation loss that is the same to the last bit in every epoch, though steps were taken and errors are left.

    Validation draws the same random numbers every time, so that equal weights give equal bits; weights that move at
    all do not.  A network that makes no mistake any more may rest.
    """
    values = evidence.series("valid/loss")
    if len(values) < _FEWEST or len(set(values)) > 1 or values[0] == 0 or not any(evidence.series("learning_rate")):
        return None
    accuracy = evidence.series("train/accuracy")
    if accuracy and accuracy[-1] == 1:
        return None
    return Finding(
        severity="bad",
        title=_("The loss reaches no parameter"),
        seen=_("The validation loss is {loss} in all {epochs} epochs, to the last bit.").format(
            loss=significant(values[0]), epochs=integer(len(values))
        ),
        meaning=_("No weight moved: all are frozen, or the gradient is zero wherever it arrives."),
        advice=_("See which parts the phases leave to move, and whether a term has a weight of zero."),
        numbers={"loss": values[0], "epochs": float(len(values))},
        settings=tuple(
            f"phases.{len(evidence.recipe.phases) - 1}.{field}" for field in ("frozen=[]", "trainable=['*']")
        )
        if evidence.recipe.phases
        else (),
        refuted_by=_("any weight of the last checkpoint differs from the first one's."),
        cause="learned little",
        specific=3,
    )
