"""Learning rate too high: the training loss jumps, ends above where it began, or stays above chance."""

from __future__ import annotations

import numpy as np

from trasluz.findings.curves import WINDOW, noise, slope
from trasluz.findings.evidence import Evidence
from trasluz.findings.finding import Finding, Severity
from trasluz.findings.rates import lower_rate, rate_setting, usual_rate
from trasluz.messages import _
from trasluz.numerals import integer, significant

OF_TRAINING = True
_ABOVE = 0.1  # of the first epoch's loss: ending a tenth above it is no noise of means over an epoch
_JUMP = 0.25  # of the loss before and of all that was won: a quarter given back in one epoch
_LEAST_JUMPS = 2
_SHARE_OF_EPOCHS = 0.1
_RECOVERED = 0.1  # of all that was won: who ends so near the lowest loss, at a rate that came down, has lost nothing
_THROWN = 1.5  # times the loss of chance in the first epoch: fresh weights begin near chance, so steps led away from it
_NO_BETTER = 0.95  # of the loss of chance
_FAR, _LITTLE = 10.0, 0.75  # ten times that of chance: steps broke the weights; a quarter won since is what others left
_RESTS = 0.9  # of the loss half-way: who still falls from a height, as with pixels of 255, is on the way
_TO_WANDER = 6  # epochs: three for a line through the second half
_ABOVE_CHANCE = 1.05  # times the loss of chance, at the end
_SWING = 0.01  # of the loss of chance, from epoch to epoch: means over all images repeat within that by themselves
_ERRORS = 3.0  # standard errors of a slope
_FAST = 10.0  # times the rate at which the optimiser usually begins: then a loss that stays where it was is its doing
_THROWN_A_LITTLE = 1.1  # times the loss of chance in the first epoch
_NOTHING_WON = 0.98  # of the first epoch's loss
_FAR_FROM_PCA = 3.0  # times the error of PCA: what came to rest there within an epoch has not learned to reconstruct
_LEARNED = 0.75  # of the first epoch's loss and of chance
CAUSE = "learned little"


def check(evidence: Evidence) -> Finding | None:
    """A training loss that rose over all, that steps threw or keep far above chance, or that leaps up repeatedly.

    A schedule is allowed its peak: leaps from which the loss came back, once the rate fell, are none.
    """
    values = evidence.series("train/loss")
    if len(values) < WINDOW or evidence.divergence.get("warmup"):  # a rising weight makes the loss rise too
        return None
    if _learned(evidence, values[0]):
        return _leaps(evidence, values)
    return (
        _ended_above(evidence, values)
        or _thrown_off(evidence)
        or _wanders(evidence)
        or _silenced(evidence)
        or _broken(evidence, values)
        or _leaps(evidence, values)
    )


def _learned(evidence: Evidence, first: float) -> bool:
    """Whether training samples, judged as in use, come out well below the first epoch's loss and below chance: what
    mixup, dropout and augmentation add to the running loss of a few epochs is then no work of the steps."""
    judged, chance = evidence.series("train_eval/loss"), evidence.chance_loss
    return bool(judged) and judged[-1] <= _LEARNED * min(first, first if chance is None else chance)


def _ended_above(evidence: Evidence, values: list[float]) -> Finding | None:
    first, last = values[0], float(np.mean(values[-WINDOW:]))
    if last - first <= _ABOVE * abs(first):
        return None
    seen = _("The training loss was {first} in the first epoch and {last} in the last ones.")
    words = {"first": significant(first), "last": significant(last)}
    return _finding(evidence, "bad", seen.format(**words), {"first": first, "last": last})


def _thrown_off(evidence: Evidence) -> Finding | None:
    chance, values = evidence.chance_loss, _entropies(evidence)
    if chance is None or len(values) < WINDOW:
        return None
    first, last = values[0], float(np.mean(values[-WINDOW:]))
    half = float(np.mean(values[len(values) // 2 - 1 : len(values) // 2 + 1]))
    least = _LITTLE if first >= _FAR * chance else _NO_BETTER
    if first < _THROWN * chance or last < max(least * chance, _RESTS * half):
        return None
    seen = _(
        "The training loss was {first} in the first epoch and {last} in the last ones; always giving the classes their "
        "shares would have {chance}."
    )
    words = {"first": significant(first), "last": significant(last), "chance": significant(chance)}
    return _finding(evidence, "bad", seen.format(**words), {"first": first, "last": last, "chance": chance})


def _entropies(evidence: Evidence) -> list[float]:
    """The cross-entropy of training, where it says something of the rate: unscaled features begin far above chance by
    themselves, and what has no weight in the loss goes where other terms take it."""
    weightless = any(evidence.recipe.model.get(name) == 0 for name in evidence.family.trained_alone)
    table = evidence.audit.get("kind") == "table"
    return [] if weightless or table else evidence.series("train/cross_entropy")


def _wanders(evidence: Evidence) -> Finding | None:
    """Weights at rest would give one loss, and the biases alone that of chance: who stays above it, up and down, is
    carried there by the steps.  One that never moved is above chance, too, but stands still."""
    chance, values = evidence.chance_loss, _entropies(evidence)
    if chance is None or len(values) < _TO_WANDER:
        return None
    half, last = values[len(values) // 2 :], float(np.mean(values[-WINDOW:]))
    (step, error), swing = slope(half), noise(half)
    falls = last < _RESTS * half[0] or step < -_ERRORS * error
    if min(values) <= chance or last < _ABOVE_CHANCE * chance or swing < _SWING * chance or falls:
        return None
    seen = _(
        "In the last of {epochs} epochs the training loss is {last}, and goes up and down by {swing} from one to the "
        "next; always giving the classes their shares would have {chance}, which it never reached."
    )
    numbers = {"last": last, "swing": swing, "chance": chance}
    words = {name: significant(value) for name, value in numbers.items()}
    return _finding(evidence, "bad", seen.format(**words, epochs=integer(len(values))), numbers)


def _fast(evidence: Evidence) -> bool:
    usual = usual_rate(evidence)
    return usual is not None and evidence.train.optimiser.learning_rate >= _FAST * usual


def _silenced(evidence: Evidence) -> Finding | None:
    """Thrown above chance in the first epoch and no better than chance in the last, at a rate far above the usual: the
    steps have silenced what could have learned, and the biases give the classes their shares."""
    chance, values = evidence.chance_loss, _entropies(evidence)
    if chance is None or len(values) < WINDOW or not _fast(evidence):
        return None
    first, last = values[0], values[-1]
    if first < _THROWN_A_LITTLE * chance or last < chance:
        return None
    seen = _(
        "The training loss was {first} in the first epoch and {last} in the last one, no better than always giving the "
        "classes their shares ({chance})."
    )
    numbers = {"first": first, "last": last, "chance": chance}
    words = {name: significant(value) for name, value in numbers.items()}
    return _finding(evidence, "bad", seen.format(**words), numbers)


def _broken(evidence: Evidence, values: list[float]) -> Finding | None:
    """Reconstructions far from what PCA gives, by a loss that has not fallen since the first epoch, at such a rate."""
    main = evidence.main
    pca, mse = ({}, None) if main is None else (main.baselines.get("pca", {}), main.metrics.get("mse"))
    first, last = values[0], float(np.mean(values[-WINDOW:]))
    if mse is None or "mse" not in pca or not _fast(evidence):
        return None
    if mse < _FAR_FROM_PCA * pca["mse"] or last < _NOTHING_WON * first:
        return None
    seen = _(
        "The training loss was {first} in the first epoch and {last} in the last ones; the mean squared error is "
        "{mse}, where PCA reaches {pca}."
    )
    numbers = {"first": first, "last": last, "mse": mse, "pca": pca["mse"]}
    words = {name: significant(value) for name, value in numbers.items()}
    return _finding(evidence, "bad", seen.format(**words), numbers)


def _leaps(evidence: Evidence, values: list[float]) -> Finding | None:
    first, last, least = values[0], float(np.mean(values[-WINDOW:])), min(values)
    won = max(first - least, 0.0)
    if not evidence.constant_rate and last - least <= _RECOVERED * won:
        return None
    rises = zip(np.diff(values), values[:-1], strict=True)
    jumps = sum(bool(rise >= _JUMP * abs(before) and rise >= _JUMP * won) for rise, before in rises if rise > 0)
    if jumps < max(_LEAST_JUMPS, _SHARE_OF_EPOCHS * len(values)):
        return None
    seen = _("The training loss leapt up by a quarter or more in {jumps} of {epochs} epochs.")
    words = {"jumps": integer(jumps), "epochs": integer(len(values))}
    numbers = {"jumps": float(jumps), "epochs": float(len(values))}
    return _finding(evidence, "warn", seen.format(**words), numbers)


def _finding(evidence: Evidence, severity: Severity, seen: str, numbers: dict[str, float]) -> Finding:
    rate = evidence.train.optimiser.learning_rate
    lower = lower_rate(evidence, 10 if severity == "bad" else 3)
    return Finding(
        severity=severity,
        title=_("Learning rate too high"),
        seen=seen,
        meaning=_("The steps overshoot: each undoes some of what those before it had learned."),
        advice=_("Lower the learning rate of {rate} to {lower}, or warm it up.").format(
            rate=significant(rate), lower=significant(lower)
        ),
        numbers={**numbers, "rate": rate},
        settings=(rate_setting(evidence, lower),),
        refuted_by=_("at a rate of {lower} the training loss ends no lower.").format(lower=significant(lower)),
        cause=CAUSE,
        specific=2,
    )
