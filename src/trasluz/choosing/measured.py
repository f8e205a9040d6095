"""What was measured of candidates (``measured.json``, which ``python -m bench.choosing`` writes), in a sentence.

No number is said that stands for other data: without a measurement of the same candidate on about as many samples,
only that is said.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from trasluz.choosing.facts import Facts
from trasluz.messages import _
from trasluz.numerals import integer, numeral, percent, significant

FILE = Path(__file__).with_name("measured.json")
_NEAR = 4.0  # times as many samples, or as few, as were measured


@dataclass(frozen=True)
class Measured:
    """What a candidate reached on held-out data: ``score`` by ``metric`` on ``data`` with so many ``samples``."""

    data: str
    candidate: str
    samples: int
    minutes: float
    metric: str
    score: float


@cache
def all_measured() -> tuple[Measured, ...]:
    """All cells of the table."""
    return tuple(Measured(**cell) for cell in json.loads(FILE.read_text(encoding="utf-8"))["cells"])


def cost_of_faster(candidate: str, facts: Facts, minutes: float, cells: Sequence[Measured] | None = None) -> str:
    """What less time would cost than ``minutes``, in the language in force; ``cells``: the table, unless another."""
    nearest = _nearest(all_measured() if cells is None else cells, candidate, facts.samples)
    less = [cell for cell in nearest if cell.minutes < minutes]
    if not less:
        return _(
            "What less time would cost has not been measured for data like these; --minutes N sets how long it takes."
        )
    at_most = min(nearest, key=lambda cell: abs(math.log(cell.minutes / minutes)))
    cells_told = [*less, *([] if at_most in less else [at_most])]
    pattern = _("{score} in {minutes} minutes")
    told = [pattern.format(score=_score(c), minutes=numeral(f"{c.minutes:g}")) for c in cells_told]
    message = _("Faster costs quality: on {data} ({samples} samples) this choice reached, on held-out data, {told}.")
    return message.format(data=less[0].data, samples=integer(less[0].samples), told=", ".join(told))


def _nearest(cells: Sequence[Measured], candidate: str, samples: int) -> list[Measured]:
    """The cells of the data set whose number of samples is nearest, by minutes; none where none is near."""
    near = [c for c in cells if c.candidate == candidate and _distance(c, samples) <= math.log(_NEAR)]
    if not near:
        return []
    data = min(near, key=lambda cell: (_distance(cell, samples), cell.data)).data
    return sorted((cell for cell in near if cell.data == data), key=lambda cell: cell.minutes)


def _distance(cell: Measured, samples: int) -> float:
    return abs(math.log(cell.samples / max(samples, 1)))


def _score(cell: Measured) -> str:
    if cell.metric == "accuracy":
        return percent(cell.score)
    return f"{cell.metric} {significant(cell.score)}"
