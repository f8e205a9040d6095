"""What metrics and splits are called when people read them: names, units and sensible digits.

What a metric is, it says where it is made (``metrics/described.py``); how that is written, ``metrics/names.py`` says,
and here what pages and tables need beyond that.

The decimal sign is that of the language, thousands are set apart by a thin space, and digits follow what the number is.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from trasluz.messages import N_, _
from trasluz.metrics.described import baseline_name
from trasluz.metrics.names import described as described
from trasluz.metrics.names import metric_name as metric_name
from trasluz.metrics.names import metric_value as metric_value
from trasluz.metrics.names import split_name as split_name
from trasluz.metrics.names import told_once as told_once
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

_STATUS = {
    "created": N_("created"),
    "running": N_("running"),
    "interrupted": N_("interrupted"),
    "failed": N_("failed"),
    "finished": N_("finished"),
}
_POINT_TENTH = 0.1  # percentage points, below which two decimals are shown


def baseline_title(name: str, values: Mapping[str, float]) -> str:
    """What a baseline with these values is called in the language in force, and how many components it has, if any."""
    known = baseline_name(name.replace("_", " "))
    called = _(known) if known else name
    if "components" not in values:
        return called
    return _("{baseline}, {n} components").format(baseline=called, n=integer(int(values["components"])))


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


def metric_amount(key: str, value: float) -> str:
    """The same without a plus sign, to follow words such as *too good by*."""
    return Numeral(str(metric_difference(key, value)).removeprefix("+"))
