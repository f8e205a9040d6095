"""Nothing generated: all samples are the same image."""

from __future__ import annotations

from trasluz.findings.evidence import Evidence, train_setting
from trasluz.findings.finding import Finding
from trasluz.messages import _
from trasluz.numerals import significant

_SHARE = 0.25  # of the spread of real images: what is left is one image with some noise


def check(evidence: Evidence) -> Finding | None:
    """Samples whose pixels hardly vary from one to the next, beside how real ones do."""
    made, real = evidence.metric("sample_std"), evidence.metric("real_std")
    if made is None or real is None or made >= _SHARE * real:
        return None
    return Finding(
        severity="bad",
        title=_("Mode collapse: all samples are one image"),
        seen=_("A pixel varies by {made} over generated images and by {real} over real ones.").format(
            made=significant(made), real=significant(real)
        ),
        meaning=_("Whatever it is given, the generator makes the same image."),
        advice=_advice(evidence),
        numbers={"sample_std": made, "real_std": real},
        settings=(_setting(evidence),),
        refuted_by=_("two samples of the prior differ as two real images do."),
        cause="one picture",
        specific=1,
    )


def _advice(evidence: Evidence) -> str:
    """In words what ``_setting`` has as a setting."""
    if not evidence.train.optimisers:
        return _("Start anew with half the learning rate; another seed may do as well.")
    if _slower_judge(evidence) is not None:
        return _("Start anew with one learning rate for both networks; another seed may do as well.")
    return _("Start anew from another seed, or with a lower learning rate for both networks.")


def _slower_judge(evidence: Evidence) -> float | None:
    """The generator's rate, where it is above the discriminator's and can be given to it."""
    own = evidence.train.optimisers
    made, judge = own.get("generator"), own.get("discriminator")
    if made and judge and judge.learning_rate < made.learning_rate and not evidence.recipe.phases:
        return float(made.learning_rate)
    return None


def _setting(evidence: Evidence) -> str:
    """Half the rate; of two the discriminator's as high as the generator's, if it was lower; else another seed."""
    if not evidence.train.optimisers:
        return train_setting(evidence, "optimiser.learning_rate", f"{evidence.train.optimiser.learning_rate / 2:.2g}")
    rate = _slower_judge(evidence)
    if rate is not None:
        return f"train.optimisers.discriminator.learning_rate={rate:g}"
    return f"seed={evidence.recipe.seed + 1}"
