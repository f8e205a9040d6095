"""``trasluz evaluate``: scores of a run on one split, with intervals and baselines."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trasluz.cli.arguments import Allow, Data, Json, RunPath, WeightsName
from trasluz.cli.console import Console, columns, figures
from trasluz.cli.opening import open_run
from trasluz.errors import RequestError
from trasluz.messages import N_, _, said

if TYPE_CHECKING:
    from trasluz.evaluation.evaluation import Evaluation
    from trasluz.evaluation.sample_evaluation import SampleEvaluation

HELP = N_("Score a run on one of its splits, or on other data; or the samples that it makes.")
_SAMPLES = 10_000


def command(
    ctx: typer.Context,
    run: RunPath,
    data: Data = None,
    split: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help=N_("train, valid, test or, with --data, all; otherwise valid, or all of other data.")
        ),
    ] = None,
    classifier: Annotated[
        Path | None,
        typer.Option(
            metavar="RUN",
            help=N_("Judge the run's samples beside its test images, over the features of this classifier's run."),
        ),
    ] = None,
    samples: Annotated[
        int | None, typer.Option(metavar="N", help=N_("How many samples to judge; otherwise 10000."))
    ] = None,
    importance: Annotated[
        int | None,
        typer.Option(
            "--iw",
            metavar="N",
            help=N_("Also bound the evidence by importance weighting with N draws of each code, at most 5000."),
        ),
    ] = None,
    weights: WeightsName = "final",
    allow: Allow = None,
    json: Json = False,
) -> None:
    """Evaluates and prints the scores."""
    console: Console = ctx.obj
    if classifier is None:
        if samples is not None:
            message = _("--samples: judging samples needs a classifier trained on the same data; add --classifier.")
            raise RequestError(message)
        found = open_run(console, run, weights).evaluate(split, data, reporter=console, importance_samples=importance)
        summary, show = found.summary(), partial(_print, console, found)
    else:
        if importance is not None:
            raise RequestError(_("--iw: the evidence is of images, not of samples; leave out --classifier or --iw."))
        count = _SAMPLES if samples is None else samples
        judged = open_run(console, run, weights, data).evaluate_samples(
            classifier, count, split or "test", reporter=console
        )
        summary, show = judged.summary(), partial(_print_samples, console, judged)
    if json:
        console.json({"run": str(run), "weights": weights, **summary})
    else:
        show()


def _print_samples(console: Console, found: SampleEvaluation) -> None:
    from trasluz.draw.names import metric_name, split_name

    told = _("{count} samples beside {held_out} {split} images, over {features} features of {classifier}")
    console.result(
        told.format(
            count=found.count,
            held_out=found.held_out,
            split=split_name(found.split),
            features=found.features,
            classifier=found.classifier,
        )
    )
    bounds = _("95 % interval")
    rows: list[tuple[object, ...]] = [(_("metric"), _("samples"), bounds, _("real images"), bounds)]
    for name, value in found.metrics.items():
        real = found.real.get(name, "")
        called = metric_name(f"samples/{name}")
        rows.append((called, value, _bounds(found.intervals, name), real, _bounds(found.real_intervals, name)))
    console.result(columns(rows))
    shares = zip(found.classes, found.shares, found.real_shares, strict=True)
    console.result("\n" + columns([(_("class"), _("samples"), _("real images")), *shares]))
    for note in found.notes:
        console.say(said(note))


def _bounds(intervals: Mapping[str, tuple[float, float]], name: str) -> str:
    if name not in intervals:
        return ""
    low, high = intervals[name]
    return _("[{low}, {high}]").format(low=figures(low), high=figures(high))


def _print(console: Console, found: Evaluation) -> None:
    from trasluz.draw.names import baseline_title, metric_name, split_name, told_once

    console.result(_("{split}: {count} samples").format(split=split_name(found.split), count=found.count))
    baselines = [baseline_title(name, {}) for name in found.baselines]
    rows: list[tuple[object, ...]] = [(_("metric"), _("value"), _("95 % interval"), *baselines)]
    for name in told_once(found.metrics, found.intervals):
        rows.append(
            (
                metric_name(name),
                found.metrics[name],
                _bounds(found.intervals, name),
                *(scores.get(name, "") for scores in found.baselines.values()),
            )
        )
    console.result(columns(rows))
    if found.per_class:
        names = list(next(iter(found.per_class.values())))
        console.result(
            "\n"
            + columns(
                [
                    (_("class"), *(_("samples") if name == "support" else metric_name(name) for name in names)),
                    *((c, *scores.values()) for c, scores in found.per_class.items()),
                ]
            )
        )
    for note in found.notes:
        console.say(said(note))
