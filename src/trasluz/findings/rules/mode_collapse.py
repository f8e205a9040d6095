"""Mode collapse: classes that the generator hardly makes."""

from __future__ import annotations

from trasluz.evaluation.sample_evaluation import SampleEvaluation
from trasluz.findings.evidence import Evidence, longer
from trasluz.findings.finding import Finding
from trasluz.messages import _, ngettext
from trasluz.numerals import integer, percent

_SHARE = 0.2  # of what is due to a class
_COVERED = 0.5  # of the coverage that as many real images reach
_NAMED = 5
# Numbers that an image is made from.  A generator draws a surface of as many dimensions: a line through the digits met
# four of their kinds, 16 numbers all ten.
_ENOUGH = 16


def check(evidence: Evidence) -> Finding | None:
    """Classes made at less than a fifth of their share beyond chance, or images of half the variety left out."""
    samples = evidence.samples
    if samples is None:
        return None
    missing = [
        name
        for name, made, real in zip(samples.classes, samples.shares, samples.real_shares, strict=True)
        if evidence.share_interval(made, samples.count)[1] < _SHARE * evidence.share_interval(real, samples.held_out)[0]
    ]
    if missing:
        return _classes(evidence, samples, missing)
    covered, usual = samples.metrics.get("coverage"), samples.real.get("coverage")
    if covered is None or usual is None or covered >= _COVERED * usual:
        return None
    seen = _("The samples reach {covered} of the held-out images; as many real images reach {usual}.")
    words = {"covered": percent(covered), "usual": percent(usual)}
    return _finding(evidence, seen.format(**words), {"coverage": covered, "real_coverage": usual}, False)


def _classes(evidence: Evidence, samples: SampleEvaluation, missing: list[str]) -> Finding:
    smallest = min(samples.shares)
    names = ", ".join(missing[:_NAMED]) + (" …" if len(missing) > _NAMED else "")
    seen = ngettext(
        "Among {count} samples there is hardly any {names}: less than a fifth of its share.",
        "Among {count} samples there are hardly any {names}: less than a fifth of their share.",
        len(missing),
    ).format(count=integer(samples.count), names=names)
    return _finding(evidence, seen, {"classes": float(len(missing)), "smallest_share": smallest}, True)


def _finding(evidence: Evidence, seen: str, numbers: dict[str, float], bad: bool) -> Finding:
    latent = _latent(evidence)
    return Finding(
        severity="bad" if bad else "warn",
        title=_("Mode collapse"),
        seen=seen,
        meaning=_("The generator makes what it makes well, over and over, and leaves out the rest."),
        advice=_advice(evidence, latent),
        numbers=numbers if latent is None else {**numbers, "latent": float(latent)},
        settings=_settings(evidence, latent),
        refuted_by=_("as many samples of another seed hold every class in its share."),
        cause="one picture",
    )


def _latent(evidence: Evidence) -> int | None:
    """How many numbers an image is made from, where these are few and a discriminator is what it has to please."""
    latent = evidence.recipe.model.get("latent", _ENOUGH)
    few = "discriminate" in evidence.family.capabilities and isinstance(latent, int) and latent < _ENOUGH
    return latent if few else None


def _settings(evidence: Evidence, latent: int | None) -> tuple[str, ...]:
    """More numbers, else more epochs; of a model without a discriminator none is known."""
    if latent is not None:
        return (f"model.latent={_ENOUGH}",)
    return longer(evidence) if "discriminate" in evidence.family.capabilities else ()


def _advice(evidence: Evidence, latent: int | None) -> str:
    if latent is not None:
        return _("Make images from more numbers than {latent}: {enough} or more.").format(
            latent=integer(latent), enough=integer(_ENOUGH)
        )
    if "discriminate" in evidence.family.capabilities:
        return _(
            "Train longer, or ask for classes by name (model.conditional); a gradient penalty or augmentation alone "
            "has brought no lost class back so far."
        )
    if (evidence.metric("effective_beta") or 1.0) < 1:
        return _("Sample from the mixture (generate --source mixture), or weigh the divergence more.")
    return _("Sample from the mixture (generate --source mixture), or weigh the divergence less.")
