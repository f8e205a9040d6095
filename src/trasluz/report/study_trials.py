"""Section with all trials of a study: lines across the axes of their fields, ranges on the axes that choose among them,
and the confusion matrix of any training of the one that is looked at.

``study.js`` draws them; what it needs is data, with the words in both languages.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from trasluz.draw.names import is_share, metric_name
from trasluz.messages import LANGUAGES, language
from trasluz.report.canvas import script_json
from trasluz.report.page import fill
from trasluz.report.phrase import Phrase, both, metric_phrase, plain
from trasluz.report.sections.base import Section
from trasluz.report.variants import short
from trasluz.search.trial_results import TrialResult, is_number, on_a_log_scale, searched_fields

_MOST_LISTED = 12  # different numbers that all stand on their axis
_APART = 0.045  # of an axis: two ticks nearer than that would lie over each other
_TICKS = 5  # on the axis of numbers that were drawn from a range
_MOST_COUNTS = 300_000  # of all confusion matrices together, which take two bytes each and more
_MOST_NAMED = 40  # values of a field that is no number


def trials_section(
    trials: Sequence[TrialResult],
    metric: str,
    rises: bool,
    best: str,
    classes: Sequence[str],
    logs: Mapping[str, bool] | None = None,
) -> Section | None:
    """The section; ``None`` where there is neither a field to draw an axis of nor a confusion matrix to show.

    ``logs``: whether a field's range was drawn by factors, where that is known.
    """
    scored = [trial for trial in trials if trial.score is not None]
    axes = _axes(scored, metric, rises, logs or {}) if len(scored) > 1 else []
    confusions = _confusions(scored, rises, len(classes))
    if len(axes) < 3 and not confusions:  # the score and a single field are a slice
        return None
    drawn = axes if len(axes) >= 3 else []
    ranked = sorted(scored, key=lambda trial: trial.score or 0.0, reverse=rises)
    data = {
        "axes": [{"places": axis["places"], "ticks": axis["ticks"]} for axis in drawn],
        "trials": [_trial(trial, metric, confusions, drawn, scored.index(trial)) for trial in ranked],
        "best": next((i for i, trial in enumerate(ranked) if trial.name == best), 0),
        "classes": list(classes),
        "words": {name: _words(name, metric) for name in LANGUAGES},
    }
    html = fill(
        "sections/trials.html",
        axes=drawn,
        confusion=bool(confusions),
        fewer=len(confusions) < sum(any(cell.confusion is not None for cell in trial.cells) for trial in scored),
        data=script_json(data),
    )
    lead = (
        both("{n} trials across {m} fields; any training's confusion matrix.", n=len(scored), m=len(drawn) - 1)
        if drawn and confusions
        else both("{n} trials across {m} fields.", n=len(scored), m=len(drawn) - 1)
        if drawn
        else both("The confusion matrix of any training of {n} trials.", n=len(scored))
    )
    return Section(both("What did each trial give?"), "trials", html, answer=lead)


def _axes(trials: Sequence[TrialResult], metric: str, rises: bool, logs: Mapping[str, bool]) -> list[dict[str, Any]]:
    """One for each searched field, and one of the score; ``places`` of all trials, 0 below to 1 above."""
    found = [_axis(trials, name, logs.get(name)) for name in searched_fields(trials)]
    scores = [float(trial.score or 0.0) for trial in trials]
    low, high = min(scores), max(scores)
    ends = [low + (high - low) * i / (_TICKS - 1) for i in range(_TICKS)]
    at = [i / (_TICKS - 1) if rises else 1 - i / (_TICKS - 1) for i in range(_TICKS)]  # better is always above
    upwards = sorted(zip(at, ends, strict=True))
    ticks = [{"at": place, "text": _decimal(metric, end)} for place, end in upwards]
    places = [(score - low) / (high - low) if high > low else 0.5 for score in scores]
    places = places if rises else [1 - place for place in places]
    return [*found, {"title": metric_phrase(metric), "places": places, "ticks": ticks}]


def _axis(trials: Sequence[TrialResult], name: str, log: bool | None) -> dict[str, Any]:
    values = [trial.fields.get(name) for trial in trials]
    numbers = sorted({float(v) for v in values if is_number(v)})  # type: ignore[arg-type]  # a number, as asked
    if len(numbers) > 1 and all(value is None or is_number(value) for value in values):
        return {"title": plain(name.rsplit(".", 1)[-1]), **_number_axis(values, numbers, log)}
    named = list(dict.fromkeys(_text(value) for value in values))[:_MOST_NAMED]
    at = {text: i / max(len(named) - 1, 1) for i, text in enumerate(named)}
    ticks = [{"at": place, "text": text} for text, place in at.items()]
    return {"title": plain(name.rsplit(".", 1)[-1]), "places": [at.get(_text(v)) for v in values], "ticks": ticks}


def _number_axis(values: Sequence[Any], numbers: Sequence[float], log: bool | None) -> dict[str, Any]:
    log = on_a_log_scale(numbers) if log is None else log and numbers[0] > 0

    def place(value: float) -> float:
        ends = (math.log(numbers[0]), math.log(numbers[-1])) if log else (numbers[0], numbers[-1])
        return ((math.log(value) if log else value) - ends[0]) / (ends[1] - ends[0])

    shown = list(numbers)
    apart = min(place(high) - place(low) for low, high in pairwise(numbers))
    if len(numbers) > _MOST_LISTED or apart < _APART:
        steps = [i / (_TICKS - 1) for i in range(_TICKS)]
        low, high = numbers[0], numbers[-1]
        shown = [low * (high / low) ** step if log else low + (high - low) * step for step in steps]
    return {
        "places": [None if value is None else place(float(value)) for value in values],
        "ticks": [{"at": place(value), "text": f"{value:.4g}"} for value in shown],
    }


def _text(value: object) -> str:
    return "–" if value is None else short(value)[:24]


def _decimal(metric: str, value: float) -> str:
    """A score as its axis says it, with a point that ``study.js`` turns into the language's sign."""
    return f"{100 * value:.1f} %" if is_share(metric) else f"{value:.4g}"


def _confusions(trials: Sequence[TrialResult], rises: bool, classes: int) -> set[str]:
    """The trials whose confusion matrices the page holds: all, or the best where that would be too much."""
    having = [t for t in trials if classes > 1 and any(cell.confusion is not None for cell in t.cells)]
    having.sort(key=lambda trial: trial.score or 0.0, reverse=rises)
    counts = 0
    found: set[str] = set()
    for trial in having:
        counts += len(trial.cells) * classes**2
        if counts <= _MOST_COUNTS or not found:
            found.add(trial.name)
    return found


def _trial(
    trial: TrialResult, metric: str, confusions: set[str], axes: Sequence[Mapping[str, Any]], index: int
) -> dict[str, Any]:
    kept = trial.name in confusions
    return {
        "name": trial.name,
        "score": _decimal(metric, trial.score or 0.0),
        "places": [axis["places"][index] for axis in axes],
        "fields": [[name, _text(value)] for name, value in trial.fields.items()],
        "cells": [
            {
                "seed": cell.seed,
                "fold": cell.fold,
                "score": _decimal(metric, cell.score or 0.0),
                "counts": cell.confusion.tolist() if kept and cell.confusion is not None else None,
            }
            for cell in trial.judged
        ],
    }


def _words(name: str, metric: str) -> dict[str, str]:
    """What ``study.js`` says, in one language, with places for numbers."""
    with language(name):
        said: dict[str, Phrase] = {
            "count": both("{n} of {count} trials lie in the ranges", n="%n", count="%count"),
            "seed": both("seed {seed}", seed="%seed"),
            "fold": both("seed {seed}, fold {fold}", seed="%seed", fold="%fold"),
            "cell": both("{count} of {true} taken for {said}", count="%count", true="%true", said="%said"),
            "none": both("The page holds no confusion matrix of this trial."),
            "matrix": both("Confusion matrix: rows are true classes, columns what the model said"),
            "said": both("said →"),
            "true": both("true ↓"),
        }
        return {**{key: str(phrase.texts[name]) for key, phrase in said.items()}, "metric": metric_name(metric)}
