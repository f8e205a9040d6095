"""Runs side by side: what their recipes ask differently, and their numbers with paired differences.

The table is a study's (``search/table.py``), but its intervals say what other samples would change, not other seeds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from trasluz.evaluation.evaluation import Evaluation
from trasluz.metrics.paired import Apart, paired_differences
from trasluz.recipe import Recipe
from trasluz.rng import Rng
from trasluz.search.table import Measured, Row, Table

_NOT_ASKED = ("name", "description", "version")
_FEWEST = 2  # samples in common from which a difference is taken


@dataclass(frozen=True)
class Entry:
    """One run of a comparison. ``evaluation``: of the split that all are judged by; ``paired``: whether its rows mean
    the samples that the reference's rows mean.  ``failure``: why it has no numbers."""

    name: str
    run: str
    recipe: Recipe
    evaluation: Evaluation | None
    paired: bool
    seconds: float
    epochs: int
    parameters: int
    failure: str | None = None


def recipe_differences(recipes: Sequence[Recipe]) -> dict[str, tuple[Any, ...]]:
    """Dotted field → its value in each recipe, for the fields that differ; ``None`` where one does not have it.

    Names and descriptions are left out.  Lists of plain values are one value.  Fields of one part of the recipe stand
    together.
    """
    flat = [_flat({k: v for k, v in recipe.to_dict().items() if k not in _NOT_ASKED}) for recipe in recipes]
    fields = list(dict.fromkeys(field for one in flat for field in one))
    parts = list(dict.fromkeys(field.partition(".")[0] for field in fields))
    fields.sort(key=lambda field: parts.index(field.partition(".")[0]))
    rows = {field: tuple(one.get(field) for one in flat) for field in fields}
    return {field: values for field, values in rows.items() if any(value != values[0] for value in values)}


def _flat(tree: object, path: str = "") -> dict[str, Any]:
    children: Mapping[str, Any] = {}
    if isinstance(tree, Mapping):
        children = tree
    elif isinstance(tree, list) and any(isinstance(item, (Mapping, list)) for item in tree):
        children = {str(index): item for index, item in enumerate(tree)}
    if not children:
        return {path: tree}
    found: dict[str, Any] = {}
    for name, child in children.items():
        found |= _flat(child, f"{path}.{name}" if path else name)
    return found


def run_names(entries: Sequence[tuple[str, int, str]]) -> tuple[str, ...]:
    """Short names of runs from (recipe, seed, folder): the recipe's, with what tells it from another of that name."""
    recipes = Counter(recipe for recipe, _seed, _folder in entries)
    seeds = Counter((recipe, seed) for recipe, seed, _folder in entries)
    return tuple(
        recipe if recipes[recipe] == 1 else f"{recipe} #{seed}" if seeds[recipe, seed] == 1 else folder
        for recipe, seed, folder in entries
    )


def common_rows(evaluations: Sequence[Evaluation]) -> np.ndarray:
    """Rows of the data that every evaluation judged, ascending, int64."""
    rows = [evaluation.arrays.get("rows", np.empty(0, np.int64)) for evaluation in evaluations]
    common = rows[0]
    for own in rows[1:]:
        common = np.intersect1d(common, own)
    return np.unique(common)


def compare_table(entries: Sequence[Entry]) -> Table:
    """Every run's numbers, and how far each is from the first run on the samples that both were judged on.

    Metrics in which they can be compared come first, then those that more of the runs have.
    """
    changed = recipe_differences([entry.recipe for entry in entries])
    measured = Counter(name for entry in entries if entry.evaluation for name in entry.evaluation.metrics)
    reference = entries[0]
    rows = tuple(_row(entry, reference, {f: v[i] for f, v in changed.items()}) for i, entry in enumerate(entries))
    apart = Counter(name for row in rows for name in row.differences)
    metrics = tuple(sorted(measured, key=lambda name: (-apart[name], -measured[name])))
    return Table(reference.name, metrics, rows)


def _row(entry: Entry, reference: Entry, changes: Mapping[str, Any]) -> Row:
    own = entry.evaluation
    differences: dict[str, Apart] = {}
    if entry is not reference and entry.paired and own is not None and reference.evaluation is not None:
        differences = _differences(own, reference.evaluation)
    return Row(
        entry.name,
        changes,
        {} if own is None else {name: _measured(own, name) for name in own.metrics},
        {name: Measured(*apart, (apart[0],)) for name, apart in differences.items()},
        entry.seconds,
        float(entry.epochs),
        entry.parameters,
        () if entry.failure is None else (entry.failure,),
        (entry.run,),
    )


def _measured(evaluation: Evaluation, name: str) -> Measured:
    value = evaluation.metrics[name]
    low, high = evaluation.intervals.get(name, (-np.inf, np.inf))
    return Measured(value, float(low), float(high), (value,))


def _differences(own: Evaluation, reference: Evaluation) -> dict[str, Apart]:
    rows = common_rows([own, reference])
    if len(rows) < _FEWEST or own.classes != reference.classes:
        return {}
    return paired_differences(_records(own, rows), _records(reference, rows), Rng(0))


def _records(evaluation: Evaluation, rows: np.ndarray) -> dict[str, np.ndarray]:
    """Per-sample records of ``rows``, in their order."""
    own = evaluation.arrays["rows"]
    order = np.argsort(own, kind="stable")
    indices = order[np.searchsorted(own[order], rows)]
    return {name: array[indices] for name, array in evaluation.arrays.items() if len(array) == len(own)}
