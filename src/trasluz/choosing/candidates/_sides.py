"""The side of images that are made or made again, and the channels of the stages that halve it."""

from __future__ import annotations

import math

from trasluz.choosing.facts import Facts

_LARGEST = 64  # pixels, of photographs; small images keep their size
_GRID = 8


def shape_changes(facts: Facts) -> dict[str, object]:
    """``data.size`` and ``data.channels``, where images are not used as they are."""
    changes: dict[str, object] = {"data.channels": 1 if facts.channels == 1 else 3}
    if facts.photographs:
        changes["data.size"] = _LARGEST
    elif facts.sizes > 1:
        changes["data.size"] = max(facts.side // _GRID, 1) * _GRID
    return changes


def side_of(facts: Facts) -> int:
    """The shorter side that the network sees."""
    found = shape_changes(facts).get("data.size", facts.side)
    return found if isinstance(found, int) else facts.side


def stages(facts: Facts) -> list[int]:
    """Channels of each stage, from the image inwards: doubled as the side is halved, down to about seven pixels."""
    count = max(1, min(4, round(math.log2(max(side_of(facts), 8) / 7))))
    return [32 * 2 ** min(stage, 2) for stage in range(count)]
