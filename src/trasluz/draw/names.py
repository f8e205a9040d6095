"""What metrics and splits are called when people read them: names, units and sensible digits.

What a metric is, it says where it is made (``metrics/described.py``); here is how that is written.

The decimal sign is that of the language, thousands are set apart by a thin space, and digits follow what the number is.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from trasluz.messages import N_, _
from trasluz.metrics.described import Kind, Metric, baseline_name, metric, update_name
from trasluz.numerals import MINUS as MINUS
from trasluz.numerals import NO_BREAK as NO_BREAK
from trasluz.numerals import THIN as THIN
from trasluz.numerals import Numeral as Numeral
from trasluz.numerals import duration as duration
from trasluz.numerals import integer as integer
from trasluz.numerals import numeral as numeral
from trasluz.numerals import percent as percent
from trasluz.numerals import points as points
from trasluz.numerals import significant as significant

_SPLITS = {
    "train": N_("training"),
    "train_eval": N_("training images, in evaluation"),
    "valid": N_("validation"),
    "test": N_("test"),
}
_STATUS = {
    "created": N_("created"),
    "running": N_("running"),
    "interrupted": N_("interrupted"),
    "failed": N_("failed"),
    "finished": N_("finished"),
}
_POINT_TENTH = 0.1  # percentage points, below which two decimals are shown
_SHARES = ("accuracy", "precision", "recall", "f1", "calibration", "share")  # in names that nobody describes


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


def baseline_title(name: str, values: Mapping[str, float]) -> str:
    """What a baseline with these values is called in the language in force, and how many components it has, if any."""
    known = baseline_name(name.replace("_", " "))
    called = _(known) if known else name
    if "components" not in values:
        return called
    return _("{baseline}, {n} components").format(baseline=called, n=integer(int(values["components"])))


def split_name(split: str) -> str:
    """The name of a split in the language in force."""
    known = _SPLITS.get(split)
    return _(known) if known else split


def status_name(status: str) -> str:
    """The status of a run in the language in force."""
    known = _STATUS.get(status)
    return _(known) if known else status


def is_share(key: str) -> bool:
    """Whether a metric lives in [0, 1] and reads best as a percentage."""
    return described(key).kind == "share"


def higher_is_better(key: str) -> bool:
    """Whether more of this metric is better."""
    return described(key).better == "higher"


def has_better(key: str) -> bool:
    """Whether one direction of this metric is better at all; a score or a spread only tells."""
    return described(key).better != "neither"


def metric_difference(key: str, value: float) -> str:
    """How far two values of a metric are apart, with its sign, to follow a word such as *difference*: of shares the
    number of percentage points without that word, else as ``metric_value``."""
    if not is_share(key) or not math.isfinite(value):
        return Numeral(("+" if value > 0 else "") + metric_value(key, value))
    hundred = 100 * value
    digits = 1 if abs(hundred) >= _POINT_TENTH or hundred == 0 else 2
    return numeral(f"{hundred:+.{digits}f}".replace("-", MINUS) if round(hundred, digits) else f"{0:.{digits}f}")


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
