"""A latent space that is larger than what is used of it."""

from __future__ import annotations

import math

from trasluz.findings.evidence import Evidence
from trasluz.findings.finding import Finding
from trasluz.findings.rules.posterior_collapse import check as collapsed
from trasluz.messages import _
from trasluz.numerals import integer

_IN_USE = 0.5  # with half of the dimensions idle the other half would do
_ROOM = 1.25  # beyond those in use


def check(evidence: Evidence) -> Finding | None:
    """Half of the dimensions or more whose means do not vary over images."""
    active, size = evidence.metric("active_units"), evidence.code_size
    if active is None or size is None or active > _IN_USE * size or collapsed(evidence) is not None:
        return None
    enough = max(2, math.ceil(_ROOM * active))
    return Finding(
        severity="note",
        title=_("The latent space is larger than needed"),
        seen=_("Of {size} numbers of the code {active} tell images apart; the others are noise.").format(
            size=integer(size), active=integer(active)
        ),
        meaning=_("Idle dimensions cost little, but distances and maps of the code are blurred by them."),
        advice=_("Make the code as large as what is used of it."),
        numbers={"active_units": active, "size": float(size)},
        settings=(f"model.latent={enough}",) if isinstance(evidence.recipe.model.get("latent"), int) else (),
        refuted_by=_("a code of {enough} numbers rebuilds images worse.").format(enough=integer(enough)),
        cause="divergence",
    )
