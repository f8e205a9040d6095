"""Sections about the fields of a search: which of them decide, how the score follows each, and the curves of all
trainings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from markupsafe import Markup

from trasluz.draw.names import percent
from trasluz.draw.studies.cell_curves import cell_curves
from trasluz.draw.studies.heat_map import heat_map
from trasluz.draw.studies.importance import importance_figure
from trasluz.draw.studies.slices import slice_figure
from trasluz.report.page import fill
from trasluz.report.phrase import NOTHING, Phrase, both, both_n, join, metric_phrase, plain
from trasluz.report.sections.base import Section
from trasluz.report.stock import Sheet
from trasluz.search.importance import FEWEST
from trasluz.search.trial_results import TrialResult, searched_fields

_SLICES = 8
_PAIRED = 3  # fields that decide most, of which each pair has a heat map
_FEWEST = 4  # trials: of fewer the table says it all


@dataclass(frozen=True)
class _Picture:
    title: Phrase
    html: Markup


def fields_section(
    trials: Sequence[TrialResult],
    metric: str,
    best: str,
    importance: Mapping[str, float],
    sheet: Sheet,
    logs: Mapping[str, bool] | None = None,
) -> Section | None:
    """Importance, a slice for each field, and a heat map of each pair of the three that decide most; ``None``
    without a field.  ``logs``: whether a field's range was drawn by factors, where that is known."""
    logs = logs or {}
    scored = [trial for trial in trials if trial.score is not None]
    fields = sorted(searched_fields(scored), key=lambda name: -importance.get(name, 0.0))
    if not fields or len(scored) < _FEWEST:
        return None
    pictures = [_importance(importance, sheet)] if importance else []
    pictures += [_heat_map(scored, *pair, metric, sheet, logs) for pair in combinations(fields[:_PAIRED], 2)]
    pictures += [_slice(scored, name, metric, best, sheet, logs.get(name)) for name in fields[:_SLICES]]
    caption = join([_how_drawn(), _about_importance(importance, len(fields))])
    html = fill("sections/plots.html", pictures=pictures, caption=caption, lead=None)
    answer = (
        both(
            "What decides most is {field}, with {share}.",
            field=next(iter(importance)),
            share=percent(next(iter(importance.values())), 0),
        )
        if importance
        else both_n("How the score follows {n} field.", "How the score follows each of {n} fields.", len(fields))
    )
    return Section(both("Which fields decide?"), "fields", html, answer=answer)


def _how_drawn() -> Phrase:
    return both("Each dot is a trial (the mean over its trainings); a dotted line joins the best of each value.")


def _about_importance(importance: Mapping[str, float], fields: int) -> Phrase:
    """What importance is, or why there is none."""
    if importance:
        return both(
            "Importance is each field's share of what decides whether a trial is among the best tenth (PED-ANOVA)."
        )
    if fields < 2:
        return NOTHING
    return both_n("Importance is told from {n} trial on.", "Importance is told from {n} trials on.", FEWEST)


def cell_curves_section(trials: Sequence[TrialResult], metric: str, best: str, sheet: Sheet) -> Section | None:
    """The validation curves of all trainings; ``None`` where fewer than two trials have one, or all
    are of a single epoch."""
    drawn = [trial for trial in trials if any(cell.curve for cell in trial.cells)]
    if len(drawn) < 2 or not any(len(cell.curve) > 1 for trial in drawn for cell in trial.cells):
        return None
    cells = sum(bool(cell.curve) for trial in drawn for cell in trial.cells)
    pruned = sum(trial.status == "pruned" for trial in trials)
    alt = both("{metric} on validation data over the epochs, one line per training.", metric=metric_phrase(metric))
    picture = _Picture(metric_phrase(metric), sheet.figure(lambda: cell_curves(drawn, metric, best=best), alt))
    caption = both(
        "Each line is one training, a dot one of a single epoch; those that were pruned end in a cross, where they "
        "were stopped. Point at a line to read which trial it is."
    )
    html = fill("sections/plots.html", pictures=[picture], caption=caption, lead=None)
    answer = (
        both_n(
            "The curves of all {cells} trainings; {n} trial was pruned.",
            "The curves of all {cells} trainings; {n} trials were pruned.",
            pruned,
            cells=cells,
        )
        if pruned
        else both("The curves of all {cells} trainings.", cells=cells)
    )
    return Section(both("How did all trainings go?"), "cells", html, answer=answer)


def _importance(importance: Mapping[str, float], sheet: Sheet) -> _Picture:
    ends = "; ".join(f"{name} {percent(share, 0)}" for name, share in importance.items())
    alt = both("Importance of each field: {ends}", ends=ends)
    return _Picture(both("Importance"), sheet.figure(lambda: importance_figure(importance), alt))


def _heat_map(
    trials: Sequence[TrialResult], across: str, down: str, metric: str, sheet: Sheet, logs: Mapping[str, bool]
) -> _Picture:
    alt = both(
        "The best {metric} for each pair of values of {across} and {down}.",
        metric=metric_phrase(metric),
        across=across,
        down=down,
    )
    title = both("{across} against {down}", across=across.rsplit(".", 1)[-1], down=down.rsplit(".", 1)[-1])
    return _Picture(title, sheet.figure(lambda: heat_map(trials, across, down, metric, logs=logs), alt))


def _slice(
    trials: Sequence[TrialResult], name: str, metric: str, best: str, sheet: Sheet, log: bool | None
) -> _Picture:
    alt = both("{metric} of each trial by its value of {field}.", metric=metric_phrase(metric), field=name)
    return _Picture(
        plain(name.rsplit(".", 1)[-1]),
        sheet.figure(lambda: slice_figure(trials, name, metric, best=best, log=log), alt),
    )
