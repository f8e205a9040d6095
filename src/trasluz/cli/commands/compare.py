"""``trasluz compare``: runs side by side on one page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trasluz.cli.arguments import Allow, Json, Language, WeightsName
from trasluz.cli.console import Console, columns
from trasluz.cli.opening import open_run
from trasluz.cli.which_run import which_run
from trasluz.draw.names import is_share, metric_difference, metric_name
from trasluz.errors import DamagedError
from trasluz.messages import N_, _

if TYPE_CHECKING:
    from trasluz.api import ComparisonResult, Run

HELP = N_("Lay runs side by side: recipes, curves, numbers with intervals, and the same images through each.")


def command(
    ctx: typer.Context,
    runs: Annotated[
        list[Path],
        typer.Argument(
            metavar="RUN RUN...", help=N_("Two or more run folders; the first is the reference."), show_default=False
        ),
    ],
    split: Annotated[
        str | None,
        typer.Option(
            metavar="SPLIT",
            help=N_("What all are judged by; otherwise test where all were evaluated on it, else validation."),
        ),
    ] = None,
    common: Annotated[
        bool,
        typer.Option(
            "--common",
            help=N_("Judge all of them again, on the images that all of them know and that none was trained on."),
        ),
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help=N_("Where to write the page; otherwise comparison.html beside the first run.")
        ),
    ] = None,
    lang: Language = None,
    weights: WeightsName = "final",
    allow: Allow = None,
    json: Json = False,
) -> None:
    """Compares, writes the page, and says what came out."""
    from trasluz import api

    console: Console = ctx.obj
    opened = [_opened(console, which_run(run), weights) for run in runs]
    result = api.compare(*opened, split=split, common=common, out=out, lang=lang, weights=weights, reporter=console)
    if json:
        resting = result.resting
        told = {"split": result.split, **result.table.to_dict(), "damaged": dict(result.damaged)}
        told |= {"common_images": dict(resting.common), "judge_on_the_same": resting.what_to_do()}
        console.json({"page": str(result.page), "weights": weights, **told})
        return
    console.result(_table(result))
    resting = result.resting
    if resting.reference in resting.common:
        for name in resting.common:
            if name != resting.reference:
                console.say(resting.sentence(name))
        if resting.too_few:
            console.say(resting.what_to_do().replace("`", ""))
    console.say(_("The comparison page: {path}").format(path=result.page))


def _opened(console: Console, path: Path, weights: str) -> Run | Path:
    """The run, or its path where it is damaged: the others can be compared all the same."""
    try:
        return open_run(console, path, weights)
    except DamagedError:
        return path


def _table(result: ComparisonResult) -> str:
    """One line per run: the first three metrics, each with its difference from the first run, and training seconds."""
    shown = result.table.metrics[:3]
    lines = [(_("run"), *(word for name in shown for word in (metric_name(name), _("difference"))), _("seconds"))]
    for row in result.table.rows:
        cells: list[object] = [row.variant]
        for name in shown:
            score, apart = row.scores.get(name), row.differences.get(name)
            cells += ["–" if score is None else score.mean, "–" if apart is None else _apart(name, apart.mean)]
        lines.append((*cells, row.seconds))  # type: ignore[arg-type]  # names above, numbers below
    return columns(lines)


def _apart(metric: str, value: float) -> str | float:
    """A difference; of shares, such as the accuracy, in percentage points."""
    return _("{value} points").format(value=metric_difference(metric, value)) if is_share(metric) else value
