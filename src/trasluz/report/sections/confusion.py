"""What does it confuse: the confusion matrix, whose cells open the images behind them."""

from __future__ import annotations

from typing import Any

import numpy as np

from trasluz.draw.confusion import confusion_matrix, most_confused, row_shares
from trasluz.draw.names import integer, percent
from trasluz.report.canvas import script_json
from trasluz.report.context import Context
from trasluz.report.page import fill
from trasluz.report.phrase import Phrase, both, both_n
from trasluz.report.samples import classified
from trasluz.report.sections.base import Section

ORDER = 40
_TABLE_LIMIT = 30


def applies(context: Context) -> bool:
    """Whether classes were told apart."""
    return context.main is not None and context.main.confusion is not None and len(context.main.classes) > 1


def answer(context: Context) -> Phrase:
    """The most frequent mistake."""
    assert context.main is not None
    assert context.main.confusion is not None, "applies() made sure of both"
    pairs = most_confused(context.main.confusion)
    if not pairs:
        return both("It made no mistake.")
    true, said, count = pairs[0]
    return both_n(
        "Most often it takes {true} for {said}: {n} time, {share} of the class.",
        "Most often it takes {true} for {said}: {n} times, {share} of the class.",
        count,
        true=context.main.classes[true],
        said=context.main.classes[said],
        share=percent(count / max(int(context.main.confusion[true].sum()), 1)),
    )


def render(context: Context) -> Section:
    """The most frequent mistakes in words; then a table of buttons, or a picture where there are too many classes."""
    main = context.main
    assert main is not None
    assert main.confusion is not None, "applies() made sure of both"
    counts, classes = main.confusion, main.classes
    behind = _behind(context)
    pairs = [_pair(counts, classes, behind, pair) for pair in most_confused(counts)]
    cells, figure = None, None
    if len(classes) <= _TABLE_LIMIT:
        cells = _cells(counts, classes, behind)
    else:
        alt = both("Confusion matrix of {n} classes.", n=len(classes))
        figure = context.figure(lambda: confusion_matrix(counts, classes), alt)
    html = fill(
        "sections/confusion.html",
        classes=classes,
        long=max(map(len, classes)) > 4 and len(classes) > 4,
        cells=cells,
        figure=figure,
        pairs=pairs,
        behind=bool(behind),
        behind_json=script_json(behind),
    )
    return Section(both("What does it confuse?"), "confusion", html)


def _behind(context: Context) -> dict[str, int]:
    """``"true,predicted"`` → how many samples there are in that cell, of those of which there are images."""
    assert context.main is not None
    assert context.main.confusion is not None
    cells = {(sample.label, sample.predicted) for sample in classified(context.main)}
    return {f"{true},{said}": int(context.main.confusion[true, said]) for true, said in sorted(cells, key=str)}


def _cells(counts: np.ndarray, classes: tuple[str, ...], behind: dict[str, Any]) -> list[list[dict[str, Any]]]:
    shares = row_shares(counts)
    return [
        [_cell(int(counts[t, p]), float(shares[t, p]), t, p, classes, behind) for p in range(len(classes))]
        for t in range(len(classes))
    ]


def _cell(
    count: int, share: float, true: int, said: int, classes: tuple[str, ...], behind: dict[str, Any]
) -> dict[str, Any]:
    label = both(
        "{count} of {true} taken for {said}, {share} of the class",
        count=count,
        true=classes[true],
        said=classes[said],
        share=percent(share),
    )
    if true == said:
        label = both(
            "{count} of {true} recognised, {share} of the class",
            count=count,
            true=classes[true],
            share=percent(share),
        )
    key = f"{true},{said}"
    return {
        "count": integer(count),
        "share": f"{100 * share:.0f}",
        "amount": round(share, 3),
        "depth": depth(share),
        "label": label,
        "key": key,
        "open": key in behind,
        "right": true == said,
    }


def depth(share: float) -> str:
    """How dark a cell is, as a class of the style sheet: black is read below 0.8 on light pages and above 0.7 on dark
    ones, white elsewhere; either has a contrast of 4.5 to 1 there."""
    return "strong middle" if share > 0.8 else "middle" if share > 0.7 else ""


def _pair(
    counts: np.ndarray, classes: tuple[str, ...], behind: dict[str, Any], pair: tuple[int, int, int]
) -> dict[str, Any]:
    true, said, count = pair
    share = percent(count / max(int(counts[true].sum()), 1))
    words = both_n(
        "{true} taken for {said}: {n} time, {share} of the class",
        "{true} taken for {said}: {n} times, {share} of the class",
        count,
        true=classes[true],
        said=classes[said],
        share=share,
    )
    key = f"{true},{said}"
    return {"words": words, "key": key, "open": key in behind}
