"""What highlights are made of: a few pictures in a grid, each with a line below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from trasluz.report.page import fill
from trasluz.report.phrase import NOTHING, Phrase


@dataclass(frozen=True)
class Shown:
    """``picture``: its number; ``alt``: what it shows; ``line``: stands below it; ``mark``: whether that is true;
    ``spare``: small screens do without it."""

    picture: int
    alt: Phrase
    line: Phrase = NOTHING
    mark: Literal["", "right", "wrong"] = ""
    spare: bool = False


def grid(shown: Sequence[Shown], columns: int) -> Markup:
    """The pictures row by row."""
    return fill("highlights/grid.html", shown=shown, columns=columns)


def spread(items: Sequence[int], count: int) -> list[int]:
    """``count`` of ``items`` at equal distances, the first and the last among them; all where there are fewer."""
    if len(items) <= count:
        return list(items)
    step = (len(items) - 1) / max(count - 1, 1)
    return [items[round(i * step)] for i in range(count)]
