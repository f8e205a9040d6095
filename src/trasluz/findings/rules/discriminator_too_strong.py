"""A discriminator that is too strong: the generator learns nothing from it any more."""

from __future__ import annotations

from trasluz.findings.evidence import Evidence
from trasluz.findings.finding import Finding
from trasluz.messages import _
from trasluz.numerals import integer, percent

OF_TRAINING = True
_RIGHT = 0.95  # of both kinds: past this the generator's gradient comes from a few samples
_EPOCHS = 3  # in a row, so that a swing of the game is none


def check(evidence: Evidence) -> Finding | None:
    """Nearly all real and all generated images placed right in the last epochs."""
    both = evidence.together("valid/real_accuracy", "valid/generated_accuracy")[-_EPOCHS:]
    if len(both) < _EPOCHS or min(min(pair) for pair in both) < _RIGHT:
        return None
    real, made = both[-1]
    return Finding(
        severity="warn",
        title=_("The discriminator is too strong"),
        seen=_(
            "In the last {epochs} epochs it told real images ({real}) and generated ones ({made}) apart almost always."
        ).format(epochs=integer(_EPOCHS), real=percent(real), made=percent(made)),
        meaning=_("What it never mistakes gives the generator no direction; samples stop getting better."),
        advice=_("Hold the discriminator back: a gradient penalty, augmentation of what it sees, or a lower rate."),
        numbers={"real_accuracy": real, "generated_accuracy": made},
        settings=tuple(_settings(evidence)),
        refuted_by=_("samples go on getting better by FID or coverage while it is as sure."),
    )


def _settings(evidence: Evidence) -> list[str]:
    if evidence.has_setting("diff_augment") and not evidence.recipe.model.get("diff_augment"):
        return ["model.diff_augment=[translation, cutout]"]
    own = evidence.train.optimisers.get("discriminator")
    return (
        [f"train.optimisers.discriminator.learning_rate={own.learning_rate / 2:.2g}"]
        if own and not evidence.recipe.phases
        else []
    )
