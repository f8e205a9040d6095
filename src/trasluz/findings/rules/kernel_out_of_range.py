"""A kernel that is numerically zero or one: the divergence has no gradient."""

from __future__ import annotations

from trasluz.findings.evidence import Evidence, divergence_setting
from trasluz.findings.finding import Finding
from trasluz.messages import _
from trasluz.numerals import significant

_NEAR = 0.001  # from 0 or 1: what is left of the gradient drowns in the reconstruction's


def check(evidence: Evidence) -> Finding | None:
    """A mean kernel between codes and prior at an end of its range."""
    value = evidence.metric("kernel_similarity")
    if value is None or _NEAR <= value <= 1 - _NEAR:
        return None
    narrow = value < _NEAR
    return Finding(
        severity="bad",
        title=_("The kernel sees no pair of codes") if narrow else _("The kernel tells no codes apart"),
        seen=_("The mean kernel between codes and prior is {value}, in a range from 0 to 1.").format(
            value=significant(value) if narrow else f"{value:.6f}"
        ),
        meaning=_("The divergence is constant whatever the codes are, so that nothing draws them to the prior."),
        advice=_("Let the bandwidth follow the distances between codes."),
        numbers={"kernel_similarity": value},
        settings=tuple(_settings(evidence)),
        refuted_by=_("the divergence differs between epochs in more than the last digits."),
    )


def _settings(evidence: Evidence) -> list[str]:
    divergence = evidence.divergence
    if divergence.get("name") != "mmd" or divergence.get("bandwidths", "median") == "median":
        return []
    return [divergence_setting(evidence, bandwidths="median")]
