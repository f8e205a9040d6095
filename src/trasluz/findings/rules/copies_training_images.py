"""A generator that copies its training images."""

from __future__ import annotations

from trasluz.findings.evidence import Evidence, train_setting
from trasluz.findings.finding import Finding
from trasluz.messages import _
from trasluz.metrics.copies import EXPECTED
from trasluz.numerals import integer, percent

_TIMES = 3.0  # the share that real images have by the way copies are counted
_GRAVE = 0.1


def check(evidence: Evidence) -> Finding | None:
    """More samples right beside a training image than new real images are, beyond chance."""
    samples = evidence.samples
    share = None if samples is None else samples.metrics.get("copies_share")
    if samples is None or share is None:
        return None
    low, high = evidence.share_interval(share, samples.count)
    if low <= _TIMES * EXPECTED:
        return None
    words = {"share": percent(share), "low": percent(low), "high": percent(high), "expected": percent(EXPECTED)}
    seen = _(
        "Of {count} samples {share} ({low} to {high}) lie as close to a training image as {expected} of new images do."
    )
    return Finding(
        severity="bad" if low >= _GRAVE else "warn",
        title=_("It copies training images"),
        seen=seen.format(count=integer(samples.count), **words),
        meaning=_("Part of what it shows is not made but remembered; private images may come out again."),
        advice=_("Train for fewer epochs, with more images or with augmentation, and look at the closest pairs."),
        numbers={"copies_share": share, "low": low, "high": high},
        settings=(train_setting(evidence, "epochs", max(1, evidence.train.epochs // 2)),),
        refuted_by=_("the closest pairs of sample and training image show different things."),
    )
