"""Overfitting: validation grows worse while training goes on getting better, or lies far behind it.

Compared is what was measured in the same way: training images in evaluation mode (``train_eval/…``) and validation,
with the same weights.  The running means of an epoch are of other weights and other images, and say nothing here.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trasluz.findings.curves import WINDOW, noise, smooth
from trasluz.findings.evidence import Evidence, train_setting
from trasluz.findings.finding import Finding, Severity
from trasluz.findings.rules.worse_than_pca import check as worse_than_pca
from trasluz.findings.rules.worse_than_pca import errors_apart
from trasluz.messages import _
from trasluz.numerals import integer, percent, significant

OF_TRAINING = True
_FEWEST = 2 * WINDOW  # epochs, so that the best place and the last one share none
_OF_THE_FALL = 0.1  # a rise of a tenth of all that was won; less is no loss to speak of
_OF_THE_LOSS = 0.02  # and of a fiftieth of the loss itself, where nothing was ever won
_DEVIATIONS = 3.0  # of the difference between two windows: chance does that once in 700 runs
_PER_WEIGHT = 10  # training samples: who has fewer weights than a tenth of these cannot learn them by heart
_BY_HEART = 0.98  # of the training samples
_GAP = 0.05  # of accuracy between training and validation: five points are worth the work
CAUSE = "memorising"


def check(evidence: Evidence) -> Finding | None:
    """A validation loss that has risen beyond its noise while that of training images fell, or a gap between them."""
    return _rise(evidence) or _gap(evidence) or _reconstructed_by_heart(evidence)


def _rise(evidence: Evidence) -> Finding | None:
    if _took_back(evidence) or evidence.curves_lag:  # of epochs that lag validation says little
        return None
    both = evidence.together("train_eval/loss", "valid/loss") or evidence.together("train/loss", "valid/loss")
    if len(both) < _FEWEST:
        return None
    train, valid = (smooth(values) for values in zip(*both, strict=True))
    best = int(np.argmin(valid))
    rise, since = float(valid[-1] - valid[best]), len(valid) - 1 - best
    least = max(_least(valid, best), _doubt([v for _t, v in both[best:]]))
    if since < WINDOW or rise < least or train[-1] >= train[best]:
        return None
    seen = _("The validation loss rose from {best} to {last} within {epochs} epochs, while that of training fell.")
    values = {"best": float(valid[best]), "last": float(valid[-1]), "epochs": float(since)}
    words = {"best": significant(values["best"]), "last": significant(values["last"]), "epochs": integer(since)}
    return _finding(evidence, seen.format(**words), values)


def _gap(evidence: Evidence) -> Finding | None:
    """A gap is a caution where validation was better before, beyond chance; where nothing shows that it costs anything
    a remark, and only if it is surely a large one."""
    trained, valid = evidence.trained_share, evidence.kept_value("valid/accuracy")
    if trained is None or valid is None or evidence.left_behind is not None or _still_better(evidence, trained[0]):
        return None  # what is still getting better on new samples is not done, whatever the gap is
    train, count = trained
    weights = sum(evidence.parameters.values())
    if 0 < weights < evidence.count("train") / _PER_WEIGHT:
        return None
    new = evidence.count("valid")
    low, high = evidence.shares_apart((train, count), (valid, new))
    lost = _lost(evidence)
    if train - valid < _GAP or low <= (0 if lost else _GAP):
        return None
    seen = _(
        "In evaluation it is right on {train} of {compared} training samples and on {valid} of {count} validation "
        "samples, {gap} points apart (95 % interval: {low} to {high})."
    )
    numbers = {"train": train, "valid": valid, "low": low, "high": high}
    words = {"train": percent(train), "valid": percent(valid), "compared": integer(count), "count": integer(new)}
    points = {"gap": significant(100 * (train - valid)), "low": significant(100 * low), "high": significant(100 * high)}
    more = ""
    if lost is not None:
        more = _("The validation loss was {best} before it was {last}.").format(
            best=significant(lost[0]), last=significant(lost[1])
        )
        numbers |= {"best": lost[0], "last": lost[1]}
    return _finding(evidence, f"{seen.format(**words, **points)} {more}".strip(), numbers, "warn" if lost else "note")


def _reconstructed_by_heart(evidence: Evidence) -> Finding | None:
    """Training samples reconstructed well and new ones no better than PCA of the same samples gives them back."""
    errors, behind = errors_apart(evidence), worse_than_pca(evidence)
    if errors is None or behind is None or evidence.left_behind is not None:
        return None
    numbers = {"train": errors[0], "valid": errors[1], "pca": behind.numbers["pca"]}
    seen = _(
        "Its mean squared error is {train} for training samples and {valid} for those of validation, for which PCA of "
        "the same training samples has {pca}."
    )
    return _finding(evidence, seen.format(**{name: significant(value) for name, value in numbers.items()}), numbers)


def _lost(evidence: Evidence) -> tuple[float, float] | None:
    """The lowest validation loss and the one that training ended with, where this is clearly above; else ``None``."""
    losses = evidence.series("valid/loss")
    if evidence.curves_lag or _took_back(evidence) or not losses:
        return None
    few = len(losses) < _FEWEST
    curve = np.asarray(losses) if few else smooth(losses)
    best, last = int(np.argmin(curve)), float(curve[-1])
    rise = last - float(curve[best])
    doubt = 0.0 if few else _doubt(losses[best:])
    return (float(curve[best]), last) if rise > 0 and rise >= max(_least(curve, best), doubt) else None


def _took_back(evidence: Evidence) -> bool:
    """Whether the weights that are kept are those of the best epoch, from before any rise."""
    stopping = evidence.train.early_stopping
    return stopping is not None and stopping.restore_best


def _least(curve: np.ndarray, best: int) -> float:
    """The smallest rise above ``curve[best]`` that is worth speaking of."""
    fall = max(float(curve[0] - curve[best]), 0.0)
    return max(_OF_THE_FALL * fall, _OF_THE_LOSS * abs(float(curve[best])))


def _doubt(losses: Sequence[float]) -> float:
    """How far apart two windows of a curve with this noise are by chance."""
    return _DEVIATIONS * noise(losses) * float(np.sqrt(2 / WINDOW))


def _still_better(evidence: Evidence, train: float) -> bool:
    """Whether the last validation loss is the lowest.  Where curves lag, the last one is of other statistics than those
    before it and says nothing of a trend: then who knows the training samples by heart has nothing left to learn."""
    losses = evidence.series("valid/loss")
    if evidence.curves_lag and train >= _BY_HEART:
        return False
    return len(losses) > 1 and losses[-1] == min(losses)


def _finding(evidence: Evidence, seen: str, numbers: dict[str, float], severity: Severity = "warn") -> Finding:
    weights = evidence.info.get("parameters") or sum(evidence.parameters.values())
    images, trained = evidence.count("train"), evidence.trained_share
    by_heart, settings = trained is not None and trained[0] >= _BY_HEART, _settings(evidence)
    if weights and images:
        more = _("It has {weights} weights for {images} training samples.")
        seen += " " + more.format(weights=integer(weights), images=integer(images))
    return Finding(
        severity=severity,
        title=_("Overfitting"),
        seen=seen,
        meaning=_("The network learns the training samples by heart; what it adds does not hold for others.")
        if by_heart
        else _("Some of what the network learns of the training samples does not hold for others."),
        advice=_advice(settings),
        numbers=numbers,
        settings=tuple(settings),
        refuted_by=_("on new samples of the same kind it is as often right as on those that it was trained on."),
        cause=CAUSE,
        specific=1,
    )


def _advice(settings: Sequence[str]) -> str:
    """The ``settings`` in words, and what helps whatever they are."""
    told = {
        "early_stopping": _("Stop where validation is best."),
        "augment": _("Vary the images."),
        "weight_decay": _("Penalise the weights."),
    }
    named = [words for name, words in told.items() if any(name in setting for setting in settings)]
    rest = _("More training samples help most.") if named else _("Vary or penalise more; more samples help most.")
    return " ".join([*named, rest])


def _settings(evidence: Evidence) -> list[str]:
    found = []
    if evidence.train.early_stopping is None and evidence.count("valid") and not evidence.curves_lag:
        found.append(train_setting(evidence, "early_stopping", "{monitor: valid/loss, patience: 5}"))
    shows_varied = evidence.recipe.resolved_phases()[-1][0].augmented  # otherwise the setting would change nothing
    if shows_varied and not evidence.augment.active and evidence.audit.get("kind") == "image":
        found.append("data.augment.shift=0.05")
    if evidence.train.optimiser.weight_decay == 0:
        found.append(train_setting(evidence, "optimiser.weight_decay", 0.01))
    return found
