"""A latent space without a spare dimension: each carries all it can."""

from __future__ import annotations

from trasluz.findings.evidence import Evidence
from trasluz.findings.finding import Finding
from trasluz.messages import _
from trasluz.numerals import integer, significant

# Of every dimension.  One that carries r nats spreads images e^r times as far as its noise, so another one would stay
# idle only if images varied e^r times less along it; from one direction to the next they vary less than e^1.5 ≈ 4.5
# times less.
_NATS = 1.5
_FEWEST = 30  # images for a mean per dimension


def check(evidence: Evidence) -> Finding | None:
    """Even the dimension that says least says much, so that another one would have something to say."""
    main = evidence.main
    kl = None if main is None else main.arrays.get("kl")
    size = evidence.recipe.model.get("latent")
    if kl is None or len(kl) < _FEWEST or not isinstance(size, int) or evidence.divergence.get("name") != "kl":
        return None
    mean = kl.mean(0, dtype="float64")
    error = kl.std(0, dtype="float64") / len(kl) ** 0.5
    least = float((mean - 2 * error).min())
    if least < _NATS:
        return None
    return Finding(
        severity="note",
        title=_("The latent space may be too small"),
        seen=_("Each of the {size} numbers of the code carries at least {nats} nats; none is spare.").format(
            size=integer(size), nats=significant(least)
        ),
        meaning=_("What the code has no room for is missing from reconstructions, whatever the decoder can do."),
        advice=_("Make the code larger, until some of its numbers stay idle."),
        numbers={"size": float(size), "nats": least},
        settings=(f"model.latent={2 * size}",),
        refuted_by=_("twice as large a code rebuilds images no better."),
    )
