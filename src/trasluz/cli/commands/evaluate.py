"""``trasluz evaluate``: scores of a run on one split, with intervals and baselines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from trasluz.cli.arguments import Data, Json, RunPath
from trasluz.cli.console import Console, columns
from trasluz.messages import N_, _

if TYPE_CHECKING:
    from trasluz.runs.evaluation import Evaluation

HELP = N_("Score a run on one of its splits, or on other data.")


def command(
    ctx: typer.Context,
    run: RunPath,
    data: Data = None,
    split: Annotated[
        str | None,
        typer.Option(metavar="NAME", help=N_("train, valid or test; otherwise valid, or all of other data.")),
    ] = None,
    json: Json = False,
) -> None:
    """Evaluates and prints the scores."""
    from trasluz import api

    console: Console = ctx.obj
    found = api.open_run(run).evaluate(split, data, reporter=console)
    if json:
        console.json({"run": str(run), **found.summary()})
    else:
        _print(console, found)


def _print(console: Console, found: Evaluation) -> None:
    console.result(_("{split}: {count} images").format(split=found.split, count=found.count))
    rows: list[tuple[object, ...]] = [(_("metric"), _("value"), _("95 % interval"), *found.baselines)]
    for name, value in found.metrics.items():
        interval = "[{:.4g}, {:.4g}]".format(*found.intervals[name]) if name in found.intervals else ""
        rows.append((name, value, interval, *(scores.get(name, "") for scores in found.baselines.values())))
    console.result(columns(rows))
    if found.per_class:
        names = list(next(iter(found.per_class.values())))
        console.result(
            "\n" + columns([(_("class"), *names), *((c, *scores.values()) for c, scores in found.per_class.items())])
        )
    for note in found.notes:
        console.say(note)
