"""How did it learn: loss and metrics per epoch and per step, and the gap to validation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from trasluz.draw.curves import gap_curve, learning_curves, learning_rate, step_curves
from trasluz.draw.names import MINUS, Numeral, has_better, integer, is_share, metric_value, numeral
from trasluz.report.context import Context
from trasluz.report.highlights.curve import metric_of
from trasluz.report.page import fill
from trasluz.report.phrase import Phrase, both, both_n, join, metric_phrase, plain, split_phrase
from trasluz.report.sections.base import Section

ORDER = 30
_AT_MOST = 6
_GAPS = 2  # metrics whose gap is drawn: the loss and the one that people read


@dataclass(frozen=True)
class Picture:
    """A figure under its heading."""

    title: Phrase
    html: Markup


def applies(context: Context) -> bool:
    """Whether at least one epoch was finished."""
    return bool(context.history.epochs and context.history.metrics())


def answer(context: Context) -> Phrase:
    """From where to where the metric that people read went, and when it was best."""
    name = metric_of(context)
    split = next(split for split in ("valid", *context.history.splits(name)) if split in context.history.splits(name))
    epochs, values = context.history.series(f"{split}/{name}")
    if not values:
        return both("Nothing was measured.")
    named = {"metric": metric_phrase(name), "split": split_phrase(split), "last": metric_value(name, values[-1])}
    if len(values) == 1:
        return both_n(
            "{metric} ({split}) was measured once: {last} after {n} epoch.",
            "{metric} ({split}) was measured once: {last} after {n} epochs.",
            epochs[-1],
            **named,
        )
    told = both(
        "{metric} ({split}) went from {first} to {last} in {n} epochs",
        first=metric_value(name, values[0]),
        n=integer(epochs[-1]),
        **named,
    )
    best = context.best
    return both("{told}.", told=told) if best is None else both("{told}; the best epoch is {n}.", told=told, n=best[1])


def render(context: Context) -> Section:
    """Each metric per epoch beside the same per step; the gaps; then the learning rate where it moved."""
    names = _worth_showing(context, context.history.metrics())
    pairs = [_pair(context, name) for name in names]
    gaps = [name for name in names if _has_gap(context, name)][:_GAPS]
    alone = [pair[0] for pair in pairs if len(pair) == 1] + [_gap_picture(context, name) for name in gaps]
    if len(set(context.history.series("learning_rate")[1])) > 1:
        alt = both("Learning rate over the epochs.")
        alone.append(Picture(both("Learning rate"), context.figure(lambda: learning_rate(context.history), alt)))
    rows = [pair for pair in pairs if len(pair) > 1] + ([alone] if alone else [])
    html = fill(
        "sections/curves.html",
        rows=rows,
        best=_best(context),
        gaps=[_gap_sentence(context, name) for name in gaps],
        stretches=any(len(pair) > 1 for pair in pairs),
        settled=[_settled(name, told) for name, told in (context.info.get("statistics") or {}).items()],
        beside=any("train_eval" in context.history.splits(name) for name in names),
    )
    return Section(both("How did it learn?"), "curves", html)


def _pair(context: Context, name: str) -> list[Picture]:
    """The figure over the epochs, and the one over the steps where stretches of steps were kept."""
    found = [_curve(context, name)]
    x, y = context.steps.training(name)
    if len(x) > len(context.history.epochs):
        title = both("{metric}, step by step", metric=metric_phrase(name))
        alt = both(
            "{metric} over {n} steps: training from {first} to {last}",
            metric=metric_phrase(name),
            n=integer(context.steps.stretches[-1]["to"]),
            first=metric_value(name, y[0]),
            last=metric_value(name, y[-1]),
        )
        found.append(Picture(title, context.figure(lambda: step_curves(context.steps, name), alt)))
    return found


def _has_gap(context: Context, name: str) -> bool:
    return len(context.history.gap(name)[0]) > 1 and has_better(name)


def _gap_picture(context: Context, name: str) -> Picture:
    title = both("Gap to validation: {metric}", metric=metric_phrase(name))
    return Picture(title, context.figure(lambda: gap_curve(context.history, name), _gap_sentence(context, name)))


def _gap_sentence(context: Context, name: str) -> Phrase:
    """The gap in the last epoch, with both values, and in the first and the best one."""
    epochs, gaps = context.history.gap(name)
    beside = context.history.beside_validation(name)
    train, valid = (
        dict(zip(*context.history.series(f"{split}/{name}"), strict=True))[epochs[-1]] for split in (beside, "valid")
    )
    told = both(
        "{metric} in epoch {epoch}: {train} ({split}), {valid} (validation), so validation minus training is {gap}; "
        "in epoch {start} that was {first}.",
        metric=metric_phrase(name),
        epoch=epochs[-1],
        train=metric_value(name, train),
        split=split_phrase(beside),
        valid=metric_value(name, valid),
        gap=_signed(name, gaps[-1]),
        start=epochs[0],
        first=_signed(name, gaps[0]),
    )
    best = context.best[1] if context.best else None
    if best not in epochs[1:-1]:
        return told
    gap = _signed(name, gaps[epochs.index(best)])
    return join([told, both("In the best epoch, {epoch}, it was {gap}.", epoch=best, gap=gap)])


def _settled(phase: str, told: Mapping[str, Any]) -> Phrase:
    """That running statistics were computed anew at the end of a phase, why, and what came of it."""
    why = both(
        "At the end of the phase {phase} the running statistics of batch norm were computed anew from {images} "
        "training images: there were {steps} steps, and such statistics remember about {memory}, so they lagged behind "
        "the weights.",
        phase=phase,
        images=integer(told["images"]),
        steps=integer(told["steps"]),
        memory=integer(round(told["memory"])),
    )
    key = next(
        (key for key in ("valid/accuracy", "valid/loss") if key in told["after"] and key in told["before"]), None
    )
    if key is None:
        return why
    result = both(
        "{metric} on validation images with the statistics that training had counted: {before}; with the new ones, "
        "which the last epoch shows and the model keeps: {after}.",
        metric=metric_phrase(key.split("/", 1)[1]),
        before=metric_value(key, told["before"][key]),
        after=metric_value(key, told["after"][key]),
    )
    return join([why, result])


def _signed(name: str, gap: float) -> Phrase:
    """A difference; of shares in percentage points."""
    sign = "+" if gap >= 0 else MINUS
    if is_share(name):
        return both("{number} points", number=numeral(f"{sign}{100 * abs(gap):.2f}"))
    return plain(Numeral(f"{sign}{metric_value(name, abs(gap))}"))


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
        if not context.curves_lag:
            return None
        return both(
            "Which epoch was best cannot be told: the running statistics with which the curves were measured lagged "
            "behind the weights."
        )
    monitor, epoch, value = context.best
    split, _slash, metric = monitor.partition("/")
    names = {"metric": metric_phrase(metric), "split": split_phrase(split)}
    return both(
        "Best epoch: {epoch} ({metric}, {split}: {value}).", epoch=epoch, value=metric_value(metric, value), **names
    )
