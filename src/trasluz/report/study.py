"""The comparison page of a study: what was asked, what each variant reached, and where they learned apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from trasluz.draw.history import History
from trasluz.draw.names import duration, has_better, higher_is_better, integer, metric_value
from trasluz.draw.study import curves_figure, interval_text, variants_figure
from trasluz.files import write_bytes
from trasluz.messages import language
from trasluz.recipe.study import Study
from trasluz.report.canvas import place_figure
from trasluz.report.page import fill
from trasluz.report.phrase import Phrase, both, both_n, metric_phrase, plain, split_phrase
from trasluz.report.sections.base import Section
from trasluz.report.writer import fill_page
from trasluz.select.table import Measured, Row, Table

_FIGURES = 6


@dataclass(frozen=True)
class _Picture:
    title: Phrase
    html: Markup


@dataclass(frozen=True)
class _Cell:
    value: Phrase
    apart: Phrase
    sure: bool


def write_study_page(
    path: Path,
    study: Study,
    table: Table,
    histories: Mapping[str, Sequence[History]],
    done: int,
    language_name: str,
) -> Path:
    """Writes ``study.html`` into the study's folder and returns its path; ``done`` cells of all are in ``table``.

    Raises:
        StorageError: the page cannot be written.
    """
    figures: list[Markup] = []
    wanted = study.seeds * len(study.variants)
    with language(language_name):
        sections = [_answer(study, table, done, wanted), _numbers(table, figures)]
        if curves := _curves(histories, table, figures):
            sections.append(curves)
        html = fill_page(
            language_name,
            title=both("{name}: comparison of a study", name=study.name),
            name=study.name,
            folder=path.name,
            status="finished" if done == wanted else "interrupted",
            description=study.description,
            sections=sections,
            figures=figures,
            pictures=[],
        )
    target = path / "study.html"
    write_bytes(target, html.encode())
    return target


def _answer(study: Study, table: Table, done: int, wanted: int) -> Section:
    """The table: one line per variant, with the first metrics and what is sure about them."""
    shown = table.metrics[:4]
    rows = [
        {
            "name": row.variant,
            "reference": row.variant == table.reference,
            "changes": [f"{field} = {_short(value)}" for field, value in row.changes.items()],
            "cells": [_cell(row, name) for name in shown],
            "seconds": plain(duration(row.seconds)),
            "parameters": plain(integer(row.parameters)),
            "failures": row.failures,
        }
        for row in table.rows
    ]
    runs = both_n("{n} run", "{n} runs", done)
    of = both(
        "{runs} of {wanted}: {variants} variants of the recipe {base} with {seeds} seeds each, judged on {split} data.",
        runs=runs,
        wanted=wanted,
        variants=len(study.variants),
        seeds=study.seeds,
        base=study.base,
        split=split_phrase(study.judge),
    )
    html = fill(
        "study.html",
        summary=of,
        reference=table.reference,
        metrics=[(metric_phrase(name), higher_is_better(name) if has_better(name) else None) for name in shown],
        rows=rows,
        single=study.seeds == 1,
    )
    return Section(both("What came out?"), "answer", html)


def _cell(row: Row, metric: str) -> _Cell:
    if metric not in row.scores:
        return _Cell(plain("–"), plain(""), False)
    value = Phrase.of(lambda: interval_text(metric, row.scores[metric]))
    apart = row.differences.get(metric)
    if apart is None:
        return _Cell(value, plain(""), False)
    return _Cell(value, _difference(metric, apart), apart.excludes_zero)


def _difference(metric: str, apart: Measured) -> Phrase:
    """``+0.4 % (+0.1 % to +0.7 %)``, with its sign."""

    def signed(value: float) -> str:
        return ("+" if value > 0 else "") + metric_value(metric, value)

    if len(apart.values) < 2:
        return both("difference {value}", value=signed(apart.mean))
    return both(
        "difference {value} ({low} to {high})",
        value=signed(apart.mean),
        low=signed(apart.low),
        high=signed(apart.high),
    )


def _numbers(table: Table, figures: list[Markup]) -> Section:
    pictures = []
    for name in table.metrics[:_FIGURES]:
        ends = "; ".join(
            f"{row.variant} {interval_text(name, row.scores[name])}" for row in table.rows if name in row.scores
        )
        alt = both("{metric} of each variant: {ends}", metric=metric_phrase(name), ends=ends)
        drawn = place_figure(figures, lambda name=name: variants_figure(table, name), alt)  # type: ignore[misc]  # bound now
        pictures.append(_Picture(metric_phrase(name), drawn))
    html = fill("sections/plots.html", pictures=pictures, caption=_how_to_read())
    return Section(both("How far apart are they?"), "numbers", html)


def _how_to_read() -> Phrase:
    return both(
        "Each pale dot is one run, the strong dot their mean, the bar its 95 % interval; the dashed line is the "
        "reference. Scales need not start at zero."
    )


def _curves(histories: Mapping[str, Sequence[History]], table: Table, figures: list[Markup]) -> Section | None:
    keys = [f"valid/{name}" for name in ("loss", *table.metrics)]
    known = {key for runs in histories.values() for run in runs for key in run.values}
    pictures: list[_Picture] = []
    for key in dict.fromkeys(k for k in keys if k in known):
        if len(pictures) == 4:
            break
        name = metric_phrase(key)
        alt = both("{metric} on validation data over the epochs, one line per variant.", metric=name)
        drawn = place_figure(figures, lambda key=key: curves_figure(histories, key), alt)  # type: ignore[misc]  # bound now
        pictures.append(_Picture(name, drawn))
    if not pictures:
        return None
    html = fill(
        "sections/plots.html",
        pictures=pictures,
        caption=both("Means over the seeds, on validation data, at the end of each epoch."),
    )
    return Section(both("Where did they learn apart?"), "curves", html)


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 80 else text[:79] + "…"
