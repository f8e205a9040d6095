"""A code larger than the image: it need not compress."""

from __future__ import annotations

from trasluz.findings.evidence import Evidence
from trasluz.findings.finding import Finding
from trasluz.messages import _
from trasluz.numerals import integer

_SHARE = 8  # of the image's values: a code that has to choose


def check(evidence: Evidence) -> Finding | None:
    """More numbers in the code than in the image, and nothing else that keeps it from copying."""
    main, model = evidence.main, evidence.recipe.model
    pca = {} if main is None else main.baselines.get("pca", {})
    held = bool(model.get("sparsity") or model.get("noise") or evidence.divergence)
    if not pca.get("code_larger_than_image") or held:
        return None
    code = int(pca["code"])
    values = _values(evidence)
    seen = _("The code has {code} numbers, more than the image has values.")
    if values:
        seen = _("The code has {code} numbers, the image {values}.")
    return Finding(
        severity="warn",
        title=_("The code is larger than the image"),
        seen=seen.format(code=integer(code), values=integer(values)),
        meaning=_("The network can copy its input; a small error shows nothing about what it has understood."),
        advice=_("Make the code smaller, or hold it back with noise or sparsity.")
        if _own_size(evidence)
        else _("Hold the code back with noise or sparsity, or make it smaller."),
        numbers={"code": float(code), "values": float(values)},
        settings=tuple(_settings(evidence, values)),
        refuted_by=_("images of noise, which nothing can compress, are rebuilt badly."),
    )


def _values(evidence: Evidence) -> int:
    found = 1
    for side in evidence.audit.get("shape") or [0]:
        found *= int(side)
    return found


def _own_size(evidence: Evidence) -> bool:
    """Whether the recipe says how many numbers the code has."""
    encoder = evidence.recipe.model.get("encoder")
    return isinstance(encoder, dict) and isinstance(encoder.get("code"), int)


def _settings(evidence: Evidence, values: int) -> list[str]:
    if _own_size(evidence) and values:
        return [f"model.encoder.code={max(1, values // _SHARE)}"]
    if evidence.recipe.model.get("family") == "autoencoder":
        return ["model.noise={name: gaussian, amount: 0.2}"]
    return []
