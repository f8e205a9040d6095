"""The table of a study: every number with its interval, and how far each variant is from the reference.

Variants share their seeds, so a difference is taken seed by seed, where both were judged on the same samples: what one
seed's split and start do to both drops out.  Intervals are Student's t over seeds, 95 % each and inside the metric's
range (``metrics/over_seeds.py``), not adjusted for the number of variants.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trasluz.csv_cells import csv_text
from trasluz.metrics.over_seeds import Bounds, bounds_of, difference_bounds, over_seeds
from trasluz.search.common import FEWEST


@dataclass(frozen=True)
class Result:
    """One finished cell. ``failure`` says why it has no scores; ``seconds`` are of training.

    ``samples``: how many it was judged on; ``judged_on``: a text that two cells share when these are the same.
    """

    variant: str
    number: int
    run: str
    scores: Mapping[str, float]
    seconds: float = 0.0
    epochs: int = 0
    parameters: int = 0
    failure: str | None = None
    samples: int | None = None
    judged_on: str = ""

    def comparable(self, reference: Result) -> bool:
        """Whether a difference from ``reference`` rests on the same samples, and on enough of them."""
        enough = all(one.samples is None or one.samples >= FEWEST for one in (self, reference))
        return enough and self.judged_on == reference.judged_on


@dataclass(frozen=True)
class Measured:
    """A mean over seeds with its 95 % interval; infinite for one seed, or several that gave the same, which say nothing
    about the spread."""

    mean: float
    low: float
    high: float
    values: tuple[float, ...]

    @property
    def excludes_zero(self) -> bool:
        """Whether the interval leaves no doubt about the sign."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Row:
    """One variant: ``changes`` from the base, scores and differences (variant − reference) by metric."""

    variant: str
    changes: Mapping[str, Any]
    scores: Mapping[str, Measured]
    differences: Mapping[str, Measured]
    seconds: float
    epochs: float
    parameters: int
    failures: tuple[str, ...]
    runs: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """All variants in the order of the study."""

    reference: str
    metrics: tuple[str, ...]
    rows: tuple[Row, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for ``table.json``; infinite bounds become ``null``."""
        return {
            "reference": self.reference,
            "metrics": list(self.metrics),
            "rows": [
                {
                    "variant": row.variant,
                    "changes": dict(row.changes),
                    "scores": {name: _plain(m) for name, m in row.scores.items()},
                    "differences": {name: _plain(m) for name, m in row.differences.items()},
                    "seconds": row.seconds,
                    "epochs": row.epochs,
                    "parameters": row.parameters,
                    "failures": list(row.failures),
                    "runs": list(row.runs),
                }
                for row in self.rows
            ],
        }

    def to_csv(self) -> str:
        """One line per variant and metric: mean, interval, and the difference from the reference with its own; bounds
        that are not known are empty."""
        bounds = ["mean", "low", "high"]
        lines: list[list[object]] = [["variant", "metric", "seeds", *bounds, *(f"difference_{b}" for b in bounds)]]
        for row in self.rows:
            for name, found in row.scores.items():
                apart = row.differences.get(name)
                more = ["", "", ""] if apart is None else _cells(apart)
                lines.append([row.variant, name, len(found.values), *_cells(found), *more])
        return csv_text(lines)


def make_table(
    results: Sequence[Result],
    variants: Mapping[str, Mapping[str, Any]],
    reference: str,
    metrics: Sequence[str] = (),
) -> Table:
    """The table of what is done so far; ``metrics`` come first, those that were not named after them."""
    measured = dict.fromkeys(name for result in results for name in result.scores)
    names = tuple(dict.fromkeys([*(m for m in metrics if m in measured), *measured]))
    beside = _by_seed(results, reference)
    own: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        own[result.variant].append(result)
    rows = tuple(_row(name, changes, own[name], names, beside, reference) for name, changes in variants.items())
    return Table(reference, names, rows)


def _row(
    variant: str,
    changes: Mapping[str, Any],
    own: Sequence[Result],
    metrics: Sequence[str],
    beside: Mapping[int, Result],
    reference: str,
) -> Row:
    done = [r for r in own if r.failure is None]
    scores, differences = {}, {}
    for name in metrics:
        values = [r.scores[name] for r in done if name in r.scores]
        if values:
            scores[name] = _measured(values, bounds_of(name))
        apart = [
            r.scores[name] - beside[r.number].scores[name]
            for r in done
            if name in r.scores and r.number in beside and name in beside[r.number].scores
            if r.comparable(beside[r.number])
        ]
        if apart and variant != reference:
            differences[name] = _measured(apart, difference_bounds(bounds_of(name)))
    return Row(
        variant,
        changes,
        scores,
        differences,
        _mean([r.seconds for r in done]),
        _mean([float(r.epochs) for r in done]),
        done[0].parameters if done else 0,
        tuple(r.failure for r in own if r.failure is not None),
        tuple(r.run for r in own),
    )


def _by_seed(results: Sequence[Result], variant: str) -> dict[int, Result]:
    return {r.number: r for r in results if r.variant == variant and r.failure is None}


def _measured(values: Sequence[float], bounds: Bounds) -> Measured:
    return Measured(*over_seeds(values, bounds), tuple(values))


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values) if values else 0.0


def _cells(found: Measured) -> list[object]:
    return [found.mean, *(value if math.isfinite(value) else "" for value in (found.low, found.high))]


def _plain(found: Measured) -> dict[str, Any]:
    low, high = (value if math.isfinite(value) else None for value in (found.low, found.high))
    return {"mean": found.mean, "low": low, "high": high, "values": list(found.values)}
