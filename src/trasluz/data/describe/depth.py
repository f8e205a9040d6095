"""What is told of images deeper than 8 bits: which numbers count as black and white, and from what that follows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from trasluz.data.read.deep import FULL
from trasluz.data.read.raw import Raw
from trasluz.messages import _

_DIM = 8  # times as bright as 99.9 % of all pixels is the brightest, where these are too dark


def range_facts(raw: Raw) -> dict[str, Any] | None:
    """For the audit: ``low`` and ``high``, and what ``Depth`` holds; ``None`` where all images are of 8 bits.

    Floats as arrays have a range only where one was given, and nothing was found of them.
    """
    if raw.file_range is None:
        return None
    low, high = raw.file_range
    return {"low": low, "high": high, "given": raw.range_given} | (vars(raw.depth) if raw.depth else {})


def range_sentence(facts: Mapping[str, Any] | None) -> str:
    """One sentence, such as that 12 bits in 16-bit files are read as 0–4095; empty where there is nothing to say."""
    if not facts:
        return ""
    told = {"low": _number(facts["low"]), "high": _number(facts["high"])}
    if "brightest" not in facts:
        return _("numbers from {low} to {high} count as black to white.").format(**told)
    seen = {"file": facts["file"], "brightest": _number(facts["brightest"])}
    bits = math.log2(facts["high"] + 1) if facts["low"] == 0 else 0.0
    if bits in range(1, 16):
        message = _(
            "{bits} bits in 16-bit images: read as {low}–{high}; the brightest pixel is {brightest}, in {file}. "
            "data.range chooses otherwise."
        )
        told["bits"] = str(int(bits))
    else:
        message = _(
            "images of more than 8 bits: read as {low}–{high}; the brightest pixel is {brightest}, in {file}. "
            "data.range chooses otherwise."
        )
    sentence = message.format(**told, **seen)
    mixed = facts["total"] - facts["images"]
    if mixed:
        sentence += _(" {n} images of 8 bits beside them count from 0 to 255.").format(n=mixed)
    return sentence


def dim_sentence(facts: Mapping[str, Any] | None) -> str:
    """That a few bright pixels leave all others dark, and what to do; empty where it is not so."""
    if not facts or facts.get("usual") is None or facts["low"] != 0 or facts.get("given"):
        return ""
    usual, high = facts["usual"], facts["high"]
    if usual * _DIM > high or high > FULL[1]:
        return ""
    return _(
        "99.9 % of all pixels are {usual} or darker, but {high} counts as white, so that images are dark: choose with "
        "data.range, such as 'percentiles 0 99.9' or '12 bits'."
    ).format(usual=_number(usual), high=_number(high))


def _number(value: float) -> str:
    return f"{value:.0f}" if value == int(value) else f"{value:.4g}"
