"""What metrics and splits are called when people read them, with units and sensible digits; ``draw/names.py`` has more.

Here, below the rooms that train, because a training says how good it is while it runs.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from trasluz.messages import N_, _
from trasluz.metrics.described import Kind, Metric, metric, update_name
from trasluz.numerals import MINUS, THIN, integer, numeral, percent, significant

_SPLITS = {
    "train": N_("training"),
    "train_eval": N_("training images, in evaluation"),
    "valid": N_("validation"),
    "test": N_("test"),
}
_SHARES = ("accuracy", "precision", "recall", "f1", "calibration", "share")  # in names that nobody describes
_SAME = 1e-5  # relative: a loss that is a metric by its other name


def metric_name(key: str) -> str:
    """The name of a metric in the language in force: ``valid/mse`` → ``Mean squared error``.

    Terms of one of several updates say whose they are: ``train/generator/loss`` → ``Loss (generator)``.
    """
    *before, _stem = key.split("/")
    name = _(described(key).name)
    owner = update_name(before[-1]) if before else None
    return f"{name} ({_(owner)})" if owner else name


def described(key: str) -> Metric:
    """What is said of a metric where it is made; of one that nobody describes, what its name tells."""
    known = metric(key)
    if known is not None:
        return known
    stem = key.rsplit("/", 1)[-1]
    share = any(word in stem for word in _SHARES)
    kind: Kind = "share" if share else "count" if stem == "count" else "number"
    return Metric(
        stem.replace("_", " ").capitalize(), kind, "higher" if share and "calibration" not in stem else "lower"
    )


def metric_value(key: str, value: float) -> str:
    """A value with its unit and as many digits as it deserves: ``96.7 %``, ``19.1 dB``, ``0.0123``."""
    if not math.isfinite(value):
        return "–" if math.isnan(value) else ("∞" if value > 0 else MINUS + "∞")
    kind = described(key).kind
    if kind == "share":
        return percent(value)
    if kind == "count":
        return integer(value)
    if kind == "decibel":
        return numeral(f"{value:.1f}{THIN}dB".replace("-", MINUS))
    if kind == "coefficient":
        return numeral(f"{value:.3f}".replace("-", MINUS))
    return significant(value)


def split_name(split: str) -> str:
    """The name of a split in the language in force."""
    known = _SPLITS.get(split)
    return _(known) if known else split


def told_once(values: Mapping[str, float], first: Iterable[str] = ()) -> list[str]:
    """The metrics in their order, without one that is another of its split by a second name, as a loss often is.

    Of two the earlier is told, or the one in ``first``.  Two shares may well be the same and are both told.
    """
    wanted = set(first)
    told: list[str] = []
    for key in sorted(values, key=lambda key: key not in wanted):
        split = key.rpartition("/")[0]
        others = (other for other in told if other.rpartition("/")[0] == split)
        same = (math.isclose(values[key], values[other], rel_tol=_SAME) for other in others)
        if described(key).kind == "share" or not any(same):
            told.append(key)
    return [key for key in values if key in told]
