"""What a request to choose may hold together; asked before PyTorch is imported, and again where it is chosen."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from trasluz.errors import RequestError
from trasluz.messages import _
from trasluz.numerals import numeral

LENGTH = ("train.epochs", "train.steps_per_epoch")  # fields that say how long to train


def check_request(changes: Mapping[str, Any], minutes: float | None) -> None:
    """Refuses minutes that are none, or that say otherwise than the fields in ``changes``, and several processes.

    Raises:
        RequestError: says which.
    """
    if minutes is not None and not (math.isfinite(minutes) and minutes > 0):
        told = numeral(f"{minutes:g}")
        raise RequestError(_("--minutes {given}: give a number of minutes above 0.").format(given=told))
    if minutes is not None and any(name in LENGTH for name in changes):
        raise RequestError(_("--minutes: --set train.epochs says already how long to train; give one of both."))
    several = [name for name in ("compute.devices", "compute.nodes") if changes.get(name, 1) != 1]
    if several:
        message = _("{field}: choosing measures one process; train the recipe.yaml that it writes with more.")
        raise RequestError(message.format(field=several[0]))
