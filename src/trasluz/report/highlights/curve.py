"""The curve: the metric that people read, or the loss, over the epochs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from trasluz.draw.curves import learning_curves
from trasluz.draw.names import has_better, metric_value, split_name
from trasluz.report.context import Context
from trasluz.report.highlights.base import Highlight
from trasluz.report.phrase import Phrase, both, join, metric_phrase, split_phrase

if TYPE_CHECKING:
    import plotly.graph_objects as go

SLOT = "curve"
ORDER = 10
_HIGH = 212  # pixels
_TICKS = 6
_READ = ("accuracy", "label_accuracy", "mse")


def applies(context: Context) -> bool:
    """Whether something was measured after an epoch."""
    return bool(context.history.epochs and context.history.metrics())


def render(context: Context) -> Highlight:
    """One figure."""
    name = metric_of(context)
    best = context.best[1] if context.best else None
    ends = join([_ends(context, split, name) for split in context.history.splits(name)], "; ")
    alt = both("{metric} over the epochs: {ends}", metric=metric_phrase(name), ends=ends)
    lines = len(context.history.series(f"train_eval/{name}")[0]) > 1
    every = max(1, math.ceil(len(context.history.epochs) / _TICKS))
    html = context.figure(
        lambda: _small(learning_curves(context.history, name, best_epoch=best, height=_HIGH), every, lines), alt
    )
    return Highlight(both("How it learned: {metric}", metric=metric_phrase(name)), "curves", html)


def _small(figure: go.Figure, every: int, evaluated: bool) -> go.Figure:
    """With what fits a third of a page: a tick for ``every`` so many epochs, a small legend, and two lines where three
    were measured: training images in evaluation, where they were ``evaluated`` more than once, stand for training."""
    left_out = "train" if evaluated else "train_eval"
    if {split_name("train"), split_name("train_eval")} <= {trace.name for trace in figure.data}:
        figure.data = [trace for trace in figure.data if trace.name != split_name(left_out)]
    figure.update_layout(legend={"font": {"size": 11}, "y": 1.0}, margin={"l": 44, "r": 8, "t": 8, "b": 34})
    figure.update_xaxes(dtick=every, tickangle=0, tickfont={"size": 11}, title={"standoff": 2, "font": {"size": 12}})
    figure.update_yaxes(nticks=5, tickfont={"size": 11}, title={"text": ""})
    return figure


def metric_of(context: Context) -> str:
    """What a person looks at: a share of right answers, an error, else the loss."""
    known = context.history.metrics()
    validated = [name for name in known if "valid" in context.history.splits(name)] or list(known)
    return next((name for name in _READ if name in validated and has_better(name)), validated[0])


def _ends(context: Context, split: str, name: str) -> Phrase:
    values = context.history.series(f"{split}/{name}")[1]
    if not values:
        return both("{split}: not measured", split=split_phrase(split))
    first, last = metric_value(name, values[0]), metric_value(name, values[-1])
    return both("{split} from {first} to {last}", split=split_phrase(split), first=first, last=last)
