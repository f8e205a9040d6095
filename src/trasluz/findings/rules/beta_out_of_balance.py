"""Reconstruction and divergence out of balance: one of them decides alone."""

from __future__ import annotations

from trasluz.findings.evidence import Evidence, divergence_setting
from trasluz.findings.finding import Finding
from trasluz.messages import _
from trasluz.numerals import integer, percent, significant

_TOO_LITTLE = 0.01  # a hundredth of the evidence bound's weight: an autoencoder with noise
_TOO_MUCH = 20.0  # a bit of the code must then save 20 bits of the image
_IN_USE = 0.5  # a large weight is a choice as long as half of the code is used


def check(evidence: Evidence) -> Finding | None:
    """An effective β far from 1 that shows: a code that is hardly used, or codes far from the prior."""
    beta, divergence = evidence.metric("effective_beta"), evidence.divergence
    if beta is None or divergence.get("name") != "kl" or not beta > 0:
        return None
    if beta >= _TOO_MUCH:
        return _too_much(evidence, beta)
    return _too_little(evidence, beta) if beta <= _TOO_LITTLE else None


def _too_much(evidence: Evidence, beta: float) -> Finding | None:
    active, size = evidence.metric("active_units"), evidence.code_size
    if active is None or not size or active > _IN_USE * size:
        return None
    seen = _(
        "The divergence counts {beta} times as much as in the evidence bound, and {active} of {size} dimensions are in "
        "use."
    )
    words = {"beta": significant(beta), "active": integer(active), "size": integer(size)}
    return _finding(
        evidence,
        beta,
        seen.format(**words),
        _("The prior decides and the image hardly counts: reconstructions are blurred or all alike."),
        {"active_units": active},
    )


def _too_little(evidence: Evidence, beta: float) -> Finding | None:
    main = evidence.main
    low = None if main is None else main.intervals.get("prior_mmd", (0.0, 0.0))[0]
    if low is None or low <= 0:  # the codes follow the prior all the same
        return None
    seen = _("The divergence counts {share} of what it does in the evidence bound, and the codes lie off the prior.")
    return _finding(
        evidence,
        beta,
        seen.format(share=percent(beta)),
        _("It is an autoencoder with a little noise: draws from the prior fall where no image was ever encoded."),
        {"prior_mmd_low": low},
    )


def _finding(evidence: Evidence, beta: float, seen: str, meaning: str, numbers: dict[str, float]) -> Finding:
    own = float(evidence.divergence.get("beta", 1.0))
    return Finding(
        severity="warn",
        title=_("Reconstruction and divergence are out of balance"),
        seen=seen,
        meaning=meaning,
        advice=_("Give the divergence the weight that it has in the evidence bound."),
        numbers={"effective_beta": beta, **numbers},
        settings=(divergence_setting(evidence, beta=float(f"{own / beta:.3g}")),),
        refuted_by=_("with the weight of the evidence bound neither reconstructions nor codes change."),
        cause="divergence",
    )
