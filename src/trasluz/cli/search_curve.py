"""``trasluz search curve``: trains a recipe with fewer and more images, and says what still more would give."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trasluz.cli.arguments import Allow, Data, Json, Set
from trasluz.cli.console import Console, columns
from trasluz.cli.opening import require_data
from trasluz.messages import N_, _

if TYPE_CHECKING:
    from trasluz.api.curves import CurveResult

HELP = N_("Train a recipe with fewer and more images, and say what twice as many would give.")


def curve(
    ctx: typer.Context,
    recipe: Annotated[
        str,
        typer.Argument(
            metavar="RECIPE",
            help=N_("A built-in name, a YAML file, or the folder of a curve that was stopped or that others work on."),
            show_default=False,
        ),
    ],
    data: Data = None,
    sizes: Annotated[
        int | None, typer.Option(metavar="N", min=4, help=N_("How many numbers of images, in geometric steps (10)."))
    ] = None,
    folds: Annotated[int | None, typer.Option(metavar="N", min=2, help=N_("How many folds (3)."))] = None,
    metric: Annotated[
        str | None, typer.Option(metavar="NAME", help=N_("What the curve is of; usually the accuracy."))
    ] = None,
    changes: Set = None,
    seed: Annotated[int | None, typer.Option(metavar="N", min=0, help=N_("The seed of all trainings."))] = None,
    runs: Annotated[
        Path, typer.Option(metavar="DIR", help=N_("The folder that the curve's folder is made in."))
    ] = Path("runs"),
    allow: Allow = None,
    json: Json = False,
) -> None:
    """Trains what is missing and says what came out."""
    from trasluz.recipe import load, parse_overrides
    from trasluz.search.curve import is_curve

    console: Console = ctx.obj
    if not is_curve(Path(recipe)):
        load(recipe)  # read here, so that a wrong name is refused at once, not after PyTorch was imported
    require_data(data)
    from trasluz import api

    result = api.curve(
        recipe,
        data=data,
        set=parse_overrides(changes) if changes else None,
        seed=seed,
        sizes=sizes,
        folds=folds,
        metric=metric,
        runs=runs,
        reporter=console,
    )
    if json:
        told = {"curve": str(result.path), "page": str(result.page), "sentence": result.sentence}
        console.json({**told, "notes": result.notes, **result.curve.to_dict()})
        return
    console.result(_table(result))
    console.result(result.sentence)
    for note in result.notes:
        console.say(note)
    console.say(_("The page: {path}").format(path=result.page))


def _table(result: CurveResult) -> str:
    """One line per size: the mean over the folds and each fold's number."""
    found = result.curve
    folds = sorted({cell.fold for cell in found.cells})
    values = {(cell.size, cell.fold): cell.value for cell in found.cells}
    lines: list[tuple[str | float, ...]] = [
        (_("images"), _("mean of {metric}").format(metric=found.metric), *(f"{fold + 1}" for fold in folds))
    ]
    for size in sorted({cell.size for cell in found.cells}):
        own = [values.get((size, fold)) for fold in folds]
        known = [value for value in own if value is not None]
        lines.append((str(size), math.fsum(known) / len(known), *("–" if value is None else value for value in own)))
    return columns(lines)
