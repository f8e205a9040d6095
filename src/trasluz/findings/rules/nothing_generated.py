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
        advice=_("Start anew with a lower learning rate, as high for both networks; another seed may do as well."),
        numbers={"sample_std": made, "real_std": real},
        settings=(_setting(evidence),),
        refuted_by=_("two samples of the prior differ as two real images do."),
        cause="one picture",
        specific=1,
    )


def _setting(evidence: Evidence) -> str:
    """Half the rate; of two the discriminator's as high as the generator's, if it was lower; else another seed."""
    own = evidence.train.optimisers
    if not own:
        return train_setting(evidence, "optimiser.learning_rate", f"{evidence.train.optimiser.learning_rate / 2:.2g}")
    made, judge = own.get("generator"), own.get("discriminator")
    if made and judge and judge.learning_rate < made.learning_rate and not evidence.recipe.phases:
        return f"train.optimisers.discriminator.learning_rate={made.learning_rate:g}"
    return f"seed={evidence.recipe.seed + 1}"
