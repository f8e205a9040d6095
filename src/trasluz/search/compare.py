"""Runs side by side: what their recipes ask differently, and their numbers with paired differences.

The table is a study's (``search/table.py``), but its intervals say what other samples would change, not other seeds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from trasluz.data.split.groups import linked
from trasluz.evaluation.evaluation import Evaluation
from trasluz.metrics.paired import Apart, paired_differences
from trasluz.recipe import Recipe
from trasluz.search.common import FEWEST, Judged, untrained_pairs
from trasluz.search.table import Measured, Row, Table

_NOT_ASKED = ("name", "description", "about", "version")
_REBUILDING = ("error", "rounded", "ssim")  # records that mean the same for images of one shape alone


@dataclass(frozen=True)
class Entry:
    """One run of a comparison. ``evaluation``: of what all are judged by; ``judged``: which samples these are, ``None``
    where that is not known.  ``shape``: of a sample as the networks see it.  ``failure``: why it has no numbers."""

    name: str
    run: str
    recipe: Recipe
    evaluation: Evaluation | None
    judged: Judged | None
    seconds: float
    epochs: int
    parameters: int
    shape: tuple[int, ...] = ()
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


def compare_table(entries: Sequence[Entry]) -> Table:
    """Every run's numbers, and how far each is from the first run on the samples that both were judged on
    and neither was trained on; of fewer than 30 such samples no difference is taken.

    Metrics in which they can be compared come first, then those that more of the runs have.
    """
    changed = recipe_differences([entry.recipe for entry in entries])
    measured = Counter(name for entry in entries if entry.evaluation for name in entry.evaluation.metrics)
    reference = entries[0]
    rows = tuple(_row(entry, reference, {f: v[i] for f, v in changed.items()}) for i, entry in enumerate(entries))
    apart = Counter(name for row in rows for name in row.differences)
    metrics = tuple(sorted(measured, key=lambda name: (-apart[name], -measured[name])))
    return Table(reference.name, metrics, rows)


def common_counts(entries: Sequence[Entry]) -> dict[str, int]:
    """Samples on which each run's difference from the first would rest; 0 where none are known to be the same."""
    return {entry.name: len(_pairs(entry, entries[0])[0]) for entry in entries}


def _row(entry: Entry, reference: Entry, changes: Mapping[str, Any]) -> Row:
    own = entry.evaluation
    differences = {} if entry is reference else _differences(entry, reference)
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


def _pairs(entry: Entry, reference: Entry) -> tuple[np.ndarray, np.ndarray]:
    """Positions among the records of both: of the same samples with the same labels, on which neither was trained."""
    if entry.judged is None or reference.judged is None or entry.evaluation is None or reference.evaluation is None:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    mine, theirs = untrained_pairs(entry.judged, reference.judged)
    own, other = (one.arrays.get("labels") for one in (entry.evaluation, reference.evaluation))
    if own is None or other is None or entry.evaluation.classes != reference.evaluation.classes:
        return mine, theirs
    same = own[mine] == other[theirs]
    same = same.all(1) if same.ndim == 2 else same
    return mine[same], theirs[same]


def _differences(entry: Entry, reference: Entry) -> dict[str, Apart]:
    own, other = entry.evaluation, reference.evaluation
    mine, theirs = _pairs(entry, reference)
    if own is None or other is None or len(mine) < FEWEST:
        return {}
    first = _records(own, mine)
    if own.classes != other.classes:
        first.pop("probabilities", None)
    if entry.shape != reference.shape:  # an image of more pixels is harder to rebuild, pixel by pixel
        first = {name: values for name, values in first.items() if name not in _REBUILDING}
    second = _records(other, theirs)
    return paired_differences(first, second, groups_of_pairs(first, second))


def groups_of_pairs(own: Mapping[str, np.ndarray], reference: Mapping[str, np.ndarray]) -> np.ndarray | None:
    """Which samples belong together, int64 ``[m]``, as either of the records says; ``None`` where neither does."""
    known = [records["groups"] for records in (own, reference) if "groups" in records]
    return linked(len(known[0]), *known) if known else None


def _records(evaluation: Evaluation, positions: np.ndarray) -> dict[str, np.ndarray]:
    """Per-sample records at ``positions``, in their order."""
    count = len(evaluation.arrays["rows"])
    return {name: array[positions] for name, array in evaluation.arrays.items() if len(array) == count}
