"""What each rule complains of, as one number that following its advice must better."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from trasluz.findings.base import find
from trasluz.findings.evidence import Evidence
from trasluz.findings.rules.latent_too_large import in_use
from trasluz.findings.rules.validation_too_small import ACCURACIES

_LEAST_GAIN = 0.02  # of what was complained of: a fiftieth less is no cure


@dataclass(frozen=True)
class Measure:
    """``name`` for the page; ``read`` gives the number, NaN where it was not measured; ``lower`` is better or not."""

    name: str
    read: Callable[[Evidence], float]
    lower: bool = True

    def better(self, before: float, after: float) -> bool:
        """Whether ``after`` is better by more than ``_LEAST_GAIN``."""
        gain = before - after if self.lower else after - before
        return math.isfinite(after) and (not math.isfinite(before) or gain > _LEAST_GAIN * abs(before))


def _metric(*names: str) -> Callable[[Evidence], float]:
    """The first of the metrics that was measured, of the main evaluation or the last validation."""

    def read(evidence: Evidence) -> float:
        values = (evidence.metric(name) for name in names)
        return next((value for value in values if value is not None), math.nan)

    return read


def _number(rule: str, name: str, absent: float) -> Callable[[Evidence], float]:
    """A number of the finding itself; ``absent`` where it does not come any more."""

    def read(evidence: Evidence) -> float:
        found = find(rule).check(evidence)
        return absent if found is None else found.numbers[name]

    return read


def _samples(name: str) -> Callable[[Evidence], float]:
    return lambda evidence: math.nan if evidence.samples is None else evidence.samples.metrics.get(name, math.nan)


def _code_share(evidence: Evidence) -> float:
    active, size = evidence.metric("active_units"), evidence.code_size
    return active / size if active is not None and size else math.nan


def _share_in_use(evidence: Evidence) -> float:
    used, size = in_use(evidence), evidence.code_size
    return used / size if used is not None and size else math.nan


def _half_width(evidence: Evidence) -> float:
    main = evidence.main
    name = next((name for name in ACCURACIES if main is not None and name in main.metrics), None)
    if main is None or name is None:
        return math.nan
    low, high = main.intervals.get(name, evidence.share_interval(main.metrics[name], main.count))
    return (high - low) / 2


def _train_loss(evidence: Evidence) -> float:
    values = evidence.series("train/loss")
    return values[-1] if evidence.finished and values else math.nan


def _told_apart(evidence: Evidence) -> float:
    both = evidence.together("valid/real_accuracy", "valid/generated_accuracy")
    return min(both[-1]) if both else math.nan


def _variety(evidence: Evidence) -> float:
    made, real = evidence.metric("sample_std"), evidence.metric("real_std")
    return made / real if made is not None and real else math.nan


_ACCURACY = Measure("accuracy", _metric("accuracy"), lower=False)
_ENTROPY = Measure("cross-entropy", _metric("cross_entropy", "loss"))
_LEARNED = Measure("training loss at the end", _train_loss)

MEASURES: dict[str, Measure] = {
    "beta-out-of-balance": Measure("distance of the codes from the prior (MMD)", _metric("prior_mmd")),
    "calibration-off": Measure("calibration error", _metric("calibration_error")),
    "checkerboards": Measure("checkerboard index", _metric("checkerboard")),
    "class-imbalance": Measure(
        "recall of the rarest class", _number("class-imbalance", "recall_of_rarest", 1.0), lower=False
    ),
    "class-never-predicted": Measure("classes never predicted", _number("class-never-predicted", "classes", 0.0)),
    "code-larger-than-image": Measure("numbers of the code", _number("code-larger-than-image", "code", 0.0)),
    "copies-training-images": Measure("share of copies", _samples("copies_share")),
    "dead-units": Measure("share of dead channels", _number("dead-units", "share", 0.0)),
    "discriminator-too-strong": Measure("accuracy of the discriminator", _told_apart),
    "kernel-out-of-range": Measure(
        "kernels at an end", lambda e: float(find("kernel-out-of-range").check(e) is not None)
    ),
    "lagging-statistics": Measure("cross-entropy of validation, last epoch", _metric("cross_entropy")),
    "latent-too-large": Measure("share of the code that tells a tenth of a nat", _share_in_use, lower=False),
    "latent-too-small": Measure("squared error", _metric("mse", "reconstruction")),
    "loss-reaches-nothing": _ENTROPY,
    "mislabelled-suspects": _ACCURACY,
    "mode-collapse": Measure("coverage", _samples("coverage"), lower=False),
    "not-finite": _LEARNED,
    "nothing-generated": Measure("spread beside real images", _variety, lower=False),
    "one-answer": _ACCURACY,
    "overfitting": _ENTROPY,
    "posterior-collapse": Measure("share of the code in use", _code_share, lower=False),
    "rate-too-high": _LEARNED,
    "rate-too-low": _LEARNED,
    "scores-are-probabilities": Measure("calibration error", _metric("calibration_error")),
    "still-improving": _ENTROPY,
    "term-reaches-nothing": Measure("dead terms", lambda e: float(find("term-reaches-nothing").check(e) is not None)),
    "underfitting": _ACCURACY,
    "validation-too-small": Measure("half width of the interval", _half_width),
    "worse-than-pca": Measure("squared error", _metric("mse")),
}
