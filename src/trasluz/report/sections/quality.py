"""How good is it in every number: each metric of each split with its interval, beside the baselines."""

from __future__ import annotations

from dataclasses import dataclass

from trasluz.draw.names import Numeral, baseline_title, has_better, higher_is_better, integer, metric_value
from trasluz.evaluation.evaluation import Evaluation
from trasluz.messages import N_, _
from trasluz.report.context import Context
from trasluz.report.page import fill
from trasluz.report.phrase import Phrase, both, kept_phrase, metric_phrase, plain, split_phrase
from trasluz.report.sections.base import Section, failed_part

ORDER = 85


@dataclass(frozen=True)
class Row:
    """One metric: its name, value, interval (may be empty), baselines' values, and whether higher is better
    (``None`` where neither is)."""

    name: Phrase
    value: str
    interval: str
    baselines: tuple[str, ...]
    rises: bool | None


@dataclass(frozen=True)
class Table:
    """The metrics of one split; ``intervals``: whether any of them has one."""

    caption: Phrase
    intervals: bool
    baselines: tuple[Phrase, ...]
    rows: tuple[Row, ...]
    notes: tuple[Phrase, ...]


def applies(context: Context) -> bool:
    """Whether anything was evaluated, or could not be."""
    return bool(context.evaluations) or context.lacking is not None


def answer(context: Context) -> Phrase:
    """The first metric with its interval, and how many more there are."""
    main = context.main
    if main is None or not main.metrics:
        return both("It was not evaluated.")
    name = next((n for n in ("accuracy", "label_accuracy", "mse") if n in main.metrics), next(iter(main.metrics)))
    value = plain(metric_value(name, main.metrics[name]))
    if name in main.intervals:
        low, high = (metric_value(name, bound) for bound in main.intervals[name])
        value = both("{value} (95 % interval: {low} to {high})", value=value, low=low, high=high)
    names = {"metric": metric_phrase(name), "value": value, "split": split_phrase(main.split)}
    return both("{metric}, {split}: {value}; and {n} more metrics.", n=integer(len(main.metrics) - 1), **names)


def render(context: Context) -> Section:
    """One table per split, the one that the page speaks of first."""
    rows = context.spec.get("kind") == "table"
    ordered = sorted(context.evaluations.values(), key=lambda e: e is not context.main)
    html = fill("sections/quality.html", tables=[_table(e, rows) for e in ordered])
    reason = context.lacking
    if reason is not None:
        html = failed_part(lambda: _("Not evaluated: {reason}").format(reason=reason)) + html
    return Section(both("How good is it in every number?"), "quality", html, "numbers")


def _table(evaluation: Evaluation, of_rows: bool) -> Table:
    shown = {n: v for n, v in evaluation.baselines.items() if set(v) & set(evaluation.metrics)}
    rows = tuple(_row(evaluation, name, list(shown)) for name in evaluation.metrics)
    images, named = N_("{count} {split} images"), N_("{count} {split} rows")
    caption = both(named if of_rows else images, count=integer(evaluation.count), split=split_phrase(evaluation.split))
    headings = tuple(_heading(name, values) for name, values in shown.items())
    notes = tuple(kept_phrase(note) for note in evaluation.notes)
    return Table(caption, any(row.interval for row in rows), headings, rows, notes)


def _row(evaluation: Evaluation, name: str, baselines: list[str]) -> Row:
    interval = ""
    if name in evaluation.intervals:
        interval = Numeral(" – ".join(metric_value(name, bound) for bound in evaluation.intervals[name]))
    beside = (evaluation.baselines[b].get(name) for b in baselines)
    cells = tuple("" if value is None else metric_value(name, value) for value in beside)
    label = metric_phrase(name)
    rises = higher_is_better(name) if has_better(name) else None
    return Row(label, metric_value(name, evaluation.metrics[name]), interval, cells, rises)


def _heading(name: str, values: dict[str, float]) -> Phrase:
    return Phrase.of(lambda: baseline_title(name, values))
