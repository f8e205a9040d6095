"""Feature importance: how much worse a classifier of tables becomes when a column's values are shuffled among the rows.

Breiman (2001), "Random Forests", section 10, on rows that did not teach the model, so that what is measured is what the
model can use and not what it learned by heart; as scikit-learn's ``permutation_importance`` with ``accuracy``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import Field

from trasluz.data.read.table_columns import Column
from trasluz.families.capabilities import Classifies
from trasluz.look.result import Result
from trasluz.look.shown import Shown
from trasluz.look.subject import Subject
from trasluz.messages import N_, _
from trasluz.recipe.base import Section
from trasluz.reporting import Reporter
from trasluz.rng import Rng

HELP = N_("How much accuracy a classifier of tables loses when a column is shuffled, and its rows over the columns.")
DEFAULT = True
_SHOWN = 5  # columns whose values are kept, to be shown against each other
_POINTS = 400  # rows of them


class Config(Section):
    """``repeats``: how often each column is shuffled.  ``rows``: at most so many of the split."""

    repeats: Annotated[int, Field(ge=2, le=1000)] = 10
    rows: Annotated[int, Field(ge=2, le=100_000)] = 2000


@dataclass(frozen=True)
class FeatureImportanceResult(Result):
    """c columns, r repeats, n rows of ``split``.

    ``columns``: their names; ``drops``: float64 ``[c, r]``, the accuracy with all columns as they are (``accuracy``,
    of ``count`` rows) less that with the column shuffled.  ``shown``: int64 ``[k]``, the most important columns of
    numbers, most important first; ``values``: float64 ``[n, k]`` of them, NaN where missing; ``labels`` and ``said``:
    int64 ``[n]`` of ``classes``.
    """

    split: str
    count: int
    accuracy: float
    columns: tuple[str, ...]
    drops: np.ndarray
    classes: tuple[str, ...]
    shown: np.ndarray
    values: np.ndarray
    labels: np.ndarray
    said: np.ndarray


RESULT = FeatureImportanceResult


def refusal(subject: Subject) -> str | None:
    """Needs a classifier of tables with one label per row and more than one column."""
    missing = subject.lacks("classify")
    if missing is not None:
        return missing
    if subject.spec.kind != "table" or subject.spec.multi_label:
        return _("columns are shuffled of tables with one label per row")
    return None if len(_columns(subject)) > 1 else _("a table of one column has nothing to compare")


def compute(subject: Subject, images: Shown | None, config: Config, reporter: Reporter) -> FeatureImportanceResult:
    """Shuffles one column after the other among the labelled rows; all numbers of a column move together."""
    shown = subject.pick(config.rows) if images is None else images
    known = shown.labels >= 0
    samples, labels = shown.samples[known], shown.labels[known]
    said = _said(subject, samples)
    accuracy = float((said == labels).mean()) if len(labels) else float("nan")
    columns, places = _columns(subject), _places(_columns(subject))
    drops = np.zeros((len(columns), config.repeats))
    with reporter.task(_("Shuffling columns"), drops.size, _("columns")) as task:
        for column, features in enumerate(places):
            for repeat in range(config.repeats):
                order = Rng(0).permutation(f"shuffle {column}", repeat, len(samples)).numpy()
                mixed = samples.copy()
                mixed[:, features] = samples[order][:, features]
                drops[column, repeat] = accuracy - float((_said(subject, mixed) == labels).mean())
                task.advance()
    numeric = [c for c in range(len(columns)) if not columns[c].categories]
    chosen = sorted(numeric, key=lambda c: (-drops[c].mean(), c))[:_SHOWN]
    rows = np.sort(Rng(0).permutation("points", 0, len(samples)).numpy()[:_POINTS])
    return FeatureImportanceResult(
        split=subject.split if images is None else "",
        count=len(labels),
        accuracy=accuracy,
        columns=tuple(column.name for column in columns),
        drops=drops,
        classes=subject.spec.classes,
        shown=np.array(chosen, np.int64),
        values=np.asarray(samples[rows][:, [places[c][0] for c in chosen]], np.float64),
        labels=labels[rows],
        said=said[rows],
    )


def _columns(subject: Subject) -> tuple[Column, ...]:
    return subject.preprocess.columns or subject.data.columns


def _places(columns: tuple[Column, ...]) -> list[list[int]]:
    """The features that each column gives."""
    found, start = [], 0
    for column in columns:
        found.append(list(range(start, start + len(column.features))))
        start += len(column.features)
    return found


def _said(subject: Subject, samples: np.ndarray) -> np.ndarray:
    """The likeliest class of each row, int64 ``[n]``."""
    sure = subject.over(samples, lambda inputs, _unit: subject.ask(Classifies).classify(subject.networks, inputs))
    return np.asarray(sure.argmax(1))
