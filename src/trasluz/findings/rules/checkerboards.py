"""Checkerboards: a pattern of the pixels' own size that real images do not have."""

from __future__ import annotations

from trasluz.findings.evidence import Evidence
from trasluz.findings.finding import Finding
from trasluz.findings.rules.nothing_generated import check as nothing_generated
from trasluz.messages import _
from trasluz.numerals import significant

_TIMES = 10.0  # the energy in real images; chance moves the index by a factor of three


def check(evidence: Evidence) -> Finding | None:
    """Far more energy at the finest frequency in the mean sample than in the mean real image (Odena et al. 2016)."""
    value = evidence.metric("checkerboard")
    if value is None or value < _TIMES or nothing_generated(evidence) is not None:
        return None
    generator = evidence.recipe.model.get("generator")
    known = not isinstance(generator, dict) or generator.get("up", "transposed") == "transposed"
    dcgan = isinstance(generator, dict) and generator.get("name") == "dcgan" and "kernel" not in generator
    return Finding(
        severity="warn",
        title=_("Checkerboards"),
        seen=_("At the finest frequency samples have {times} times the energy of real images.").format(
            times=significant(value)
        ),
        meaning=_(
            "Windows of transposed convolutions overlap unevenly, and leave a grid at the same place in all samples."
        ),
        advice=_("Enlarge by copying pixels before a plain convolution, which has no such windows."),
        numbers={"checkerboard": value},
        settings=("model.generator.up=resize",) if known and dcgan else (),
        refuted_by=_("the real images have the same grid at the same place."),
    )
