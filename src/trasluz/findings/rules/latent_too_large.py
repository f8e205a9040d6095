"""A latent space that is larger than what is used of it."""

from __future__ import annotations

import math

from trasluz.findings.evidence import Evidence
from trasluz.findings.finding import Finding
from trasluz.findings.rules.posterior_collapse import check as collapsed
from trasluz.messages import _, ngettext
from trasluz.numerals import integer

_IN_USE = 0.5  # with half of the dimensions idle the other half would do
_NATS = 0.1  # of a dimension in use: one that tells less narrows the guess at an image by less than a tenth
_ROOM = 1.25  # beyond those in use


def check(evidence: Evidence) -> Finding | None:
    """Half of the dimensions or more that tell hardly anything of the image."""
    used, size = in_use(evidence), evidence.code_size
    if used is None or size is None or used > _IN_USE * size or collapsed(evidence) is not None:
        return None
    enough = max(2, math.ceil(_ROOM * used))
    return Finding(
        severity="note",
        title=_("The latent space is larger than needed"),
        seen=ngettext(
            "Of {size} numbers of the code {used} tells images apart by a tenth of a nat or more.",
            "Of {size} numbers of the code {used} tell images apart by a tenth of a nat or more.",
            int(used),
        ).format(size=integer(size), used=integer(used)),
        meaning=_("Idle dimensions cost little, but distances and maps of the code are blurred by them."),
        advice=_("Make the code as large as what is used of it."),
        numbers={"used": used, "size": float(size)},
        settings=(f"model.latent={enough}",) if isinstance(evidence.recipe.model.get("latent"), int) else (),
        refuted_by=_("a code of {enough} numbers rebuilds images worse.").format(enough=integer(enough)),
        cause="divergence",
    )


def in_use(evidence: Evidence) -> float | None:
    """How many dimensions carry a tenth of a nat or more.

    Means that vary at all (active units, Burda et al. 2016) are not enough where many are idle: in training the idle
    ones still tremble by more than that definition's hundredth, and a code as large as they are many would be as idle.
    Without the divergence of each dimension, or where it is no KL, active units are what there is.
    """
    nats = None if evidence.main is None else evidence.main.arrays.get("kl")
    if nats is None or not len(nats) or evidence.divergence.get("name") != "kl":
        return evidence.metric("active_units")
    return float((nats.mean(0, dtype="float64") >= _NATS).sum())
