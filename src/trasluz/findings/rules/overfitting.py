"""Overfitting: validation grows worse while training goes on getting better, or lies far behind it."""

from __future__ import annotations

import numpy as np

from trasluz.findings.curves import WINDOW, noise, smooth
from trasluz.findings.evidence import Evidence, train_setting
from trasluz.findings.finding import Finding
from trasluz.messages import _
from trasluz.numerals import integer, percent, significant

_FEWEST = 2 * WINDOW  # epochs, so that the best place and the last one share none
_OF_THE_FALL = 0.1  # a rise of a tenth of all that was won; less is no loss to speak of
_OF_THE_LOSS = 0.02  # and of a fiftieth of the loss itself, where nothing was ever won
_DEVIATIONS = 3.0  # of the difference between two windows: chance does that once in 700 runs
_GAP = 0.05  # of accuracy between training and validation: five points are worth the work


def check(evidence: Evidence) -> Finding | None:
    """A validation loss that has risen beyond its noise while the training loss fell, or a gap in accuracy."""
    return _rise(evidence) or _gap(evidence)


def _rise(evidence: Evidence) -> Finding | None:
    both = evidence.together("train/loss", "valid/loss")
    if len(both) < _FEWEST:
        return None
    train, valid = (smooth(values) for values in zip(*both, strict=True))
    best = int(np.argmin(valid))
    rise, fall = float(valid[-1] - valid[best]), max(float(valid[0] - valid[best]), 0.0)
    least = max(_OF_THE_FALL * fall, _OF_THE_LOSS * abs(float(valid[best])))
    doubt = _DEVIATIONS * noise([v for _t, v in both[best:]]) * np.sqrt(2 / WINDOW)
    since = len(valid) - 1 - best
    if since < WINDOW or rise < least or rise < doubt or train[-1] >= train[best]:
        return None
    seen = _("The validation loss rose from {best} to {last} within {epochs} epochs, while the training loss fell.")
    values = {"best": float(valid[best]), "last": float(valid[-1]), "epochs": float(since)}
    words = {"best": significant(values["best"]), "last": significant(values["last"]), "epochs": integer(since)}
    return _finding(evidence, seen.format(**words), values)


def _gap(evidence: Evidence) -> Finding | None:
    both, count = evidence.together("train/accuracy", "valid/accuracy"), evidence.count("valid")
    if not both or not count:
        return None
    train, valid = both[-1]
    low, high = evidence.share_interval(valid, count)
    if train - valid < _GAP or train <= high:
        return None
    seen = _(
        "It is right on {train} of the training samples, but on {valid} of the validation samples ({low} to {high})."
    )
    words = {name: percent(v) for name, v in (("train", train), ("valid", valid), ("low", low), ("high", high))}
    return _finding(evidence, seen.format(**words), {"train": train, "valid": valid, "low": low, "high": high})


def _finding(evidence: Evidence, seen: str, numbers: dict[str, float]) -> Finding:
    weights, images = sum(evidence.parameters.values()), evidence.count("train")
    if weights and images:
        more = _("It has {weights} weights for {images} training samples.")
        seen += " " + more.format(weights=integer(weights), images=integer(images))
    return Finding(
        severity="warn",
        title=_("Overfitting"),
        seen=seen,
        meaning=_("The network learns the training samples by heart; what it adds does not hold for others."),
        advice=_("Stop where validation is best, and vary or penalise more; more training samples help most."),
        numbers=numbers,
        settings=tuple(_settings(evidence)),
    )


def _settings(evidence: Evidence) -> list[str]:
    found = []
    if evidence.train.early_stopping is None and evidence.count("valid"):
        found.append(train_setting(evidence, "early_stopping", "{monitor: valid/loss, patience: 5}"))
    if not evidence.recipe.data.augment.active and evidence.audit.get("kind") == "image":
        found.append("data.augment.shift=0.05")
    if evidence.train.optimiser.weight_decay == 0:
        found.append(train_setting(evidence, "optimiser.weight_decay", 0.01))
    return found
