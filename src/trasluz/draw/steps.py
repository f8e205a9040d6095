"""What the steps of a run say to a drawing: means over stretches of steps where they lie, validation where it was."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from trasluz.draw.history import Record

_MOST_POINTS = 400  # more cannot be told apart


@dataclass(frozen=True)
class Steps:
    """``stretches``: records of ``steps.jsonl``; ``epochs``: records of ``metrics.jsonl``; both oldest first."""

    stretches: Sequence[Record] = ()
    epochs: Sequence[Record] = ()

    def training(self, metric: str) -> tuple[list[float], list[float]]:
        """The middles of the stretches, in steps from the start of the run, and the means of ``metric`` over them.

        Beyond 400 stretches neighbours are put together, weighted by their steps.
        """
        key = f"train/{metric}"
        known = [(r["from"], r["to"], float(r[key])) for r in self.stretches if math.isfinite(r.get(key, math.nan))]
        size = math.ceil(len(known) / _MOST_POINTS) or 1
        groups = [known[i : i + size] for i in range(0, len(known), size)]
        lengths = [sum(end - start for start, end, _v in group) for group in groups]
        means = [
            sum((end - start) * v for start, end, v in group) / length
            for group, length in zip(groups, lengths, strict=True)
        ]
        return [(group[0][0] + group[-1][1]) / 2 for group in groups], means

    def validation(self, metric: str) -> tuple[list[int], list[float]]:
        """The steps after which ``metric`` was measured on validation, and what it was."""
        key = f"valid/{metric}"
        found = [(int(r["step"]), float(r[key])) for r in self.epochs if "step" in r and key in r]
        found = [(step, value) for step, value in found if math.isfinite(value)]
        return [step for step, _v in found], [value for _s, value in found]

    def phases(self) -> list[tuple[str, int]]:
        """The phases and the step before which each starts."""
        starts: dict[str, int] = {}
        for record in self.stretches:
            starts.setdefault(str(record.get("phase", "")), int(record["from"]))
        return list(starts.items())
