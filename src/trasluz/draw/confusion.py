"""The confusion matrix: rows are true classes, columns what the model said, as counts or as shares of each row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from trasluz.draw.colours import LIGHT, PAPER_SCALE, Theme
from trasluz.draw.figures import new_figure
from trasluz.draw.names import integer
from trasluz.messages import _


def row_shares(counts: np.ndarray) -> np.ndarray:
    """``[k, k]`` counts as shares of their row in [0, 1]; a row without samples is all zero."""
    totals = counts.sum(axis=1, keepdims=True)
    shares: np.ndarray = counts / np.maximum(totals, 1)
    return shares


def confusion_matrix(
    counts: np.ndarray, classes: Sequence[str], *, normalise: bool = False, theme: Theme = LIGHT
) -> go.Figure:
    """``counts``: int ``[k, k]``. Colours are shares of the row, so that a rare class is as visible as a common one."""
    shares = row_shares(counts)
    size = len(classes)
    figure = new_figure(theme, x=_("Predicted class"), y=_("True class"), height=int(min(900, 200 + 36 * size)))
    text = [
        [f"{100 * s:.0f}" if normalise else integer(c) for s, c in zip(*row, strict=True)]
        for row in zip(shares, counts, strict=True)
    ]
    positions = list(range(size))
    figure.add_heatmap(
        z=shares,
        x=positions,
        y=positions,
        zmin=0,
        zmax=1,
        customdata=np.dstack(
            [
                counts,
                np.broadcast_to(np.array(classes, object)[:, None], counts.shape),
                np.broadcast_to(np.array(classes, object), counts.shape),
            ]
        ).tolist(),
        colorscale=[list(step) for step in PAPER_SCALE],
        text=text if size <= 25 else None,
        texttemplate="%{text}" if size <= 25 else None,
        hovertemplate=_("true: {true}<br>predicted: {predicted}<br>{count} images, {share} of the class").format(
            true="%{customdata[1]}", predicted="%{customdata[2]}", count="%{customdata[0]}", share="%{z:.1%}"
        )
        + "<extra></extra>",
        xgap=1,
        ygap=1,
        colorbar={
            "tickformat": ".0%",
            "title": {"text": _("share of the true class"), "side": "right"},
            "thickness": 12,
        },
    )
    ticks = {"tickmode": "array", "tickvals": positions, "ticktext": list(classes), "showgrid": False}
    figure.update_xaxes(**ticks)
    figure.update_yaxes(**ticks, autorange="reversed")
    figure.update_layout(hovermode="closest", margin={"t": 16})
    return figure


def most_confused(counts: np.ndarray, limit: int = 8) -> list[tuple[int, int, int]]:
    """The ``limit`` most frequent mistakes: (true class, predicted class, count), most frequent first."""
    mistakes = counts.copy()
    np.fill_diagonal(mistakes, 0)
    order = np.argsort(-mistakes, axis=None, kind="stable")[:limit]
    pairs = [(int(i // len(counts)), int(i % len(counts))) for i in order]
    return [(true, said, int(mistakes[true, said])) for true, said in pairs if mistakes[true, said] > 0]
