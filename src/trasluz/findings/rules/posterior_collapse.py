"""Posterior collapse: the code says nothing, and every image is rebuilt as the same one."""

from __future__ import annotations

from trasluz.findings.evidence import Evidence, divergence_setting
from trasluz.findings.finding import Finding
from trasluz.messages import _
from trasluz.numerals import integer, significant

OF_TRAINING = True
_TOO_MUCH = 2.0  # times the weight in the evidence bound: then that weight is the first thing to try
_ACTIVE = 0.1  # of the dimensions: with fewer than a tenth in use the rest is no reserve but a collapse
_REBUILT = 2.0  # directions of PCA that it takes to rebuild as well: then images are not all rebuilt as one
_NATS = 0.1  # that all dimensions together tell of an image: no more than chance leaves


def check(evidence: Evidence) -> Finding | None:
    """Hardly a dimension whose mean varies over images (Burda et al. 2016, active units), and a decoder that rebuilds
    hardly better than without a code."""
    active, size = evidence.metric("active_units"), evidence.code_size
    if active is None:
        return _silent(evidence)
    if size is None or active > _ACTIVE * size or (active >= 1 and _rebuilds(evidence)):
        return None
    seen = _("Of {size} numbers of the code {active} tell images apart.").format(
        size=integer(size), active=integer(active)
    )
    return _finding(evidence, seen, {"active_units": active, "size": float(size)})


def _rebuilds(evidence: Evidence) -> bool:
    """Whether as good a reconstruction takes several principal directions: few numbers do the work of the code."""
    pca = {} if evidence.main is None else evidence.main.baselines.get("pca", {})
    components = pca.get("components_for_same_error")
    return components is not None and components >= _REBUILT


def _silent(evidence: Evidence) -> Finding | None:
    """Where active units are not counted, as in joint training: a KL divergence of next to nothing."""
    nats, size = evidence.metric("divergence"), evidence.recipe.model.get("latent")
    if evidence.divergence.get("name") != "kl" or not isinstance(size, int) or nats is None or nats >= _NATS:
        return None
    seen = _("The {size} numbers of the code tell {nats} nats of an image all together.").format(
        size=integer(size), nats=significant(nats)
    )
    return _finding(evidence, seen, {"nats": nats, "size": float(size)})


def _finding(evidence: Evidence, seen: str, numbers: dict[str, float]) -> Finding:
    return Finding(
        severity="bad",
        title=_("Posterior collapse"),
        seen=seen,
        meaning=_("The decoder does without the code; encoding, interpolation and latent maps mean nothing here."),
        advice=_("Weigh the divergence less or let it rise slowly, or give each dimension some bits for free."),
        numbers=numbers,
        settings=tuple(_settings(evidence)),
        refuted_by=_("decoded codes of two different images differ as the images do."),
        cause="divergence",
    )


def _settings(evidence: Evidence) -> list[str]:
    divergence = evidence.divergence
    if divergence.get("name") == "kl":
        beta, effective = float(divergence.get("beta", 1.0)), evidence.metric("effective_beta") or 1.0
        lower = beta / effective if effective > _TOO_MUCH else beta / 10
        return [divergence_setting(evidence, beta=float(f"{lower:.3g}"), warmup=0.3)]
    if divergence.get("name") == "mmd":
        return [divergence_setting(evidence, weight=float(f"{_balanced(evidence):.2g}"))]
    return []


def _balanced(evidence: Evidence) -> float:
    """The weight at which an MMD² of 1, codes that lie wholly off the prior, costs as much as the whole image does now;
    a tenth of the weight where it is below that already.

    A code can win no more than what the image costs without one.  Above that weight even the chance in an MMD² of a
    batch, about one in its number of images, outweighs the image.
    """
    own, rebuilt = float(evidence.divergence.get("weight", 1.0)), evidence.metric("reconstruction")
    times = evidence.metric("effective_beta") or own  # the weight, in units of the reconstruction's
    if rebuilt is None or not 0 < rebuilt < times:
        return own / 10
    return own * rebuilt / times
