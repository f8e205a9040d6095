"""Mode collapse: classes that the generator hardly makes."""

from __future__ import annotations

from trasluz.evaluation.sample_evaluation import SampleEvaluation
from trasluz.findings.evidence import Evidence
from trasluz.findings.finding import Finding
from trasluz.messages import _, ngettext
from trasluz.numerals import integer, percent

_SHARE = 0.2  # of what is due to a class
_COVERED = 0.5  # of the coverage that as many real images reach
_NAMED = 5


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
    judged = "judge" in evidence.family.capabilities  # by a discriminator
    steadier = _("Steady the discriminator with a gradient penalty or augmentation, or ask for classes by name.")
    wider = _("Sample from the mixture (generate --source mixture), or weigh the divergence less.")
    may_augment = evidence.has_setting("diff_augment") and not evidence.recipe.model.get("diff_augment")
    return Finding(
        severity="bad" if bad else "warn",
        title=_("Mode collapse"),
        seen=seen,
        meaning=_("The generator makes what it makes well, over and over, and leaves out the rest."),
        advice=steadier if judged else wider,
        numbers=numbers,
        settings=("model.diff_augment=[translation, cutout]",) if may_augment else (),
        refuted_by=_("as many samples of another seed hold every class in its share."),
        cause="one picture",
    )
