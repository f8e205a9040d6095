"""How did it learn: loss and metrics per epoch, and the learning rate."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from trasluz.draw.curves import learning_curves, learning_rate
from trasluz.draw.names import metric_value
from trasluz.report.context import Context
from trasluz.report.page import fill
from trasluz.report.phrase import Phrase, both, join, metric_phrase, split_phrase
from trasluz.report.sections.base import Section

ORDER = 30
_AT_MOST = 6


@dataclass(frozen=True)
class Picture:
    """A figure under its heading."""

    title: Phrase
    html: Markup


def applies(context: Context) -> bool:
    """Whether at least one epoch was finished."""
    return bool(context.history.epochs and context.history.metrics())


def render(context: Context) -> Section:
    """One figure per metric that was followed, then the learning rate where it moved."""
    names = context.history.metrics()
    pictures = [_curve(context, name) for name in _worth_showing(context, names)]
    if len(set(context.history.series("rate")[1])) > 1:
        alt = both("Learning rate over the epochs.")
        pictures.append(Picture(both("Learning rate"), context.figure(lambda: learning_rate(context.history), alt)))
    html = fill("sections/curves.html", pictures=pictures, best=_best(context))
    return Section(both("How did it learn?"), "curves", html)


def _worth_showing(context: Context, names: tuple[str, ...]) -> list[str]:
    """Those measured on validation before those that only training has; what is a multiple of the loss is left out."""
    history = context.history
    distinct = [name for name in names if name == "loss" or not _multiple_of_loss(context, name)]
    return sorted(distinct, key=lambda name: (name != "loss", "valid" not in history.splits(name)))[:_AT_MOST]


def _multiple_of_loss(context: Context, name: str) -> bool:
    """Whether the curve of ``name`` is the loss's on another scale in every split, so that it shows nothing new."""
    history = context.history
    ratios: set[float] = set()
    for split in history.splits(name):
        values, losses = history.series(f"{split}/{name}")[1], history.series(f"{split}/loss")[1]
        if len(values) != len(losses) or not all(losses):
            return False
        ratios |= {value / loss for value, loss in zip(values, losses, strict=True)}
    return bool(ratios) and max(ratios) - min(ratios) <= 1e-4 * abs(max(ratios))


def _curve(context: Context, name: str) -> Picture:
    best = context.best[1] if context.best else None
    title = metric_phrase(name)
    ends = [_ends(context, split, name) for split in context.history.splits(name)]
    alt = both("{metric} over the epochs: {ends}", metric=title, ends=join(ends, "; "))
    return Picture(title, context.figure(lambda: learning_curves(context.history, name, best_epoch=best), alt))


def _ends(context: Context, split: str, name: str) -> Phrase:
    values = context.history.series(f"{split}/{name}")[1]
    label = split_phrase(split)
    if not values:
        return both("{split}: not measured", split=label)
    return both(
        "{split} from {first} to {last}",
        split=label,
        first=metric_value(name, values[0]),
        last=metric_value(name, values[-1]),
    )


def _best(context: Context) -> Phrase | None:
    if context.best is None:
        return None
    monitor, epoch, value = context.best
    split, _slash, metric = monitor.partition("/")
    names = {"metric": metric_phrase(metric), "split": split_phrase(split)}
    return both(
        "Best epoch: {epoch} ({metric}, {split}: {value}).", epoch=epoch, value=metric_value(metric, value), **names
    )
