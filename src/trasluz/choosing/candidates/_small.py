"""What both candidates for small images share: stages by the side, width by the number of images."""

from __future__ import annotations

import math

from trasluz.choosing.facts import Facts

FEW = 2000  # images below which networks are half as wide, batches smaller and epochs more


def shape_changes(facts: Facts) -> dict[str, object]:
    """``data.size`` and ``data.channels`` where the images differ in size or are grey in colour's format."""
    size: dict[str, object] = {"data.size": [facts.height, facts.width]} if facts.sizes > 1 else {}
    return {**size, "data.channels": 1 if facts.channels == 1 else 3}


def halvings(side: int) -> int:
    """How often the side is halved: until about four pixels are left, as of 28."""
    return max(1, min(5, round(math.log2(max(side, 2) / 3.5))))


def width(facts: Facts) -> int:
    """Channels of the first stage."""
    return 16 if facts.samples < FEW else 32


def batch(facts: Facts) -> int:
    """Images per step."""
    return 32 if facts.samples < FEW else 128


def average(facts: Facts) -> float:
    """The moving average of the weights: over a tenth of an epoch's worth of steps at least, at most 500."""
    return 0.99 if facts.samples < FEW else 0.998


def most_epochs(facts: Facts) -> int:
    """Three million images shown, 30 epochs at least and 150 at most."""
    return round(min(max(3_000_000 / max(facts.samples, 1), 30), 150))
