"""``trasluz train``: trains a recipe, or what is chosen for data, into a run folder, once or with several seeds."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trasluz.cli.arguments import Allow, Data, Json, Name, Open, Report, Set
from trasluz.cli.console import Console, columns
from trasluz.cli.ending import check_ending, end_training
from trasluz.cli.opening import require_data
from trasluz.cli.weights import StartingWeights, starting_from
from trasluz.errors import RequestError
from trasluz.messages import N_, _

if TYPE_CHECKING:
    from trasluz.api import SeedsResult
    from trasluz.recipe import Recipe

HELP = N_("Train your images, or a recipe; everything goes into a run folder.")


def command(
    ctx: typer.Context,
    recipe: Annotated[
        str,
        typer.Argument(
            metavar="WHAT",
            help=N_(
                "Your data (a folder, an archive, a table, a .npz file, a name such as mnist), for which a recipe is "
                "chosen; or a recipe: a built-in name (see `trasluz recipes`) or a YAML file."
            ),
            show_default=False,
        ),
    ],
    data: Data = None,
    minutes: Annotated[
        float | None,
        typer.Option(
            metavar="N",
            help=N_("For data: how long reading, choosing and training may take; the report comes after."),
        ),
    ] = None,
    purpose: Annotated[
        str | None,
        typer.Option(
            "--for",
            metavar="classify|reconstruct|generate|translate",
            help=N_("For data: what the model is for; otherwise classify where there are classes, else reconstruct."),
        ),
    ] = None,
    weights: StartingWeights = None,
    changes: Set = None,
    seed: Annotated[
        int | None, typer.Option(metavar="N", help=N_("The seed of every random draw; otherwise the recipe's."))
    ] = None,
    seeds: Annotated[
        int | None,
        typer.Option(metavar="N", help=N_("Train N seeds, one after another, and give means with 95 % intervals.")),
    ] = None,
    runs: Annotated[Path, typer.Option(metavar="DIR", help=N_("The folder that the run folder is made in."))] = Path(
        "runs"
    ),
    device: Annotated[str | None, typer.Option(metavar="D", help=N_("auto, cpu, cuda or mps."))] = None,
    precision: Annotated[str | None, typer.Option(metavar="P", help=N_("auto, fp32 or bf16."))] = None,
    devices: Annotated[
        int | None, typer.Option(metavar="N", help=N_("Processes (one per device) on each host."))
    ] = None,
    nodes: Annotated[int | None, typer.Option(metavar="N", help=N_("Hosts."))] = None,
    name: Name = None,
    report: Report = True,
    show: Open = False,
    allow: Allow = None,
    json: Json = False,
) -> None:
    """Trains and says where the run is and how good it is."""
    from trasluz import api
    from trasluz.api.given import names_data, require_no_choice
    from trasluz.recipe import load, parse_overrides

    console: Console = ctx.obj
    check_ending(report, show)
    request: dict[str, Any] = {"data": data, "seed": seed, "runs": runs, "name": name}
    request |= {"device": device, "precision": precision, "devices": devices, "nodes": nodes, "reporter": console}
    fields = parse_overrides(changes or [])
    what: str | Recipe = recipe
    if names_data(recipe):
        _check_data(console, recipe, request, fields, minutes, purpose, seeds)
        request |= {"minutes": minutes, "purpose": purpose, "weights": weights, "set": fields}
    else:
        # Made here, so that a wrong name or field is refused at once, not after PyTorch was imported.
        what = starting_from(load(recipe), weights).override(fields)
        require_no_choice(minutes, purpose)
    require_data(data)
    if seeds is None:
        end_training(console, api.train(what, **request), json, report, show)
    else:
        _report_seeds(console, api.train_seeds(what, seeds, **request), json)


def _check_data(
    console: Console,
    source: str,
    request: dict[str, Any],
    fields: dict[str, Any],
    minutes: float | None,
    purpose: str | None,
    seeds: int | None,
) -> None:
    """Refuses what can be refused at once of data in the place of a recipe, not after PyTorch was imported."""
    from trasluz.api.before import check_before

    if seeds is not None:
        raise RequestError(_("--seeds: is for a recipe; train the recipe.yaml of a run with several seeds."))
    if request["data"] is not None:
        message = _("--data: data are given already in the place of the recipe; leave one of both out.")
        raise RequestError(message)
    given = {"compute.devices": request["devices"], "compute.nodes": request["nodes"]}
    known = {name: value for name, value in given.items() if value is not None}
    check_before(source, {**fields, **known}, minutes, purpose, console)


def _report_seeds(console: Console, result: SeedsResult, json: bool) -> None:
    from trasluz.metrics.names import metric_name, split_name

    if json:
        table = {
            name: {
                "mean": mean,
                "low": low if math.isfinite(low) else None,
                "high": high if math.isfinite(high) else None,
            }
            for name, (mean, low, high) in result.table.items()
        }
        seconds = sum(run.info["timings"]["training_seconds"] for run in result.runs)
        status = result.runs[-1].status
        console.json(
            {"runs": [str(run.path) for run in result.runs], "status": status, "metrics": table, "seconds": seconds}
        )
        return
    console.result("\n".join(str(run.path) for run in result.runs))
    header = (_("metric"), _("mean"), _("from"), _("to"))
    shown = (
        (f"{metric_name(name)} ({split_name(name.partition('/')[0])})", *(v if math.isfinite(v) else "–" for v in row))
        for name, row in result.table.items()
    )
    console.result(columns([header, *shown]))
    console.result(result.note)
