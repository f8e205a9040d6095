"""``trasluz search``: tries settings of a recipe, by one process or many, and says which is best."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trasluz.cli import search_curve
from trasluz.cli.arguments import Allow, Data, Json, Set
from trasluz.cli.console import Console, columns, figures
from trasluz.cli.opening import require_data
from trasluz.cli.search_results import outer_sentence, test_sentence, told_beside
from trasluz.cli.words import WithDefault
from trasluz.errors import RequestError
from trasluz.messages import N_, _

if TYPE_CHECKING:
    from trasluz.api import SearchResult, StudyResult

HELP = N_("Try settings of a recipe (a grid, random ones, or TPE), with folds and seeds, and say which is best.")
_SHOWN = 10  # of the best trials


class Group(WithDefault):
    """``trasluz search WHAT`` searches; ``trasluz search worker`` helps."""


group = typer.Typer(add_completion=False, rich_markup_mode=None)
Storage = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help=N_("Keep the trials in a PostgreSQL database instead of the folder, for workers on several hosts."),
        show_default=False,
    ),
]
Runs = Annotated[Path, typer.Option(metavar="DIR", help=N_("The folder that the search's folder is made in."))]


@group.command("run", help=N_("Search; `trasluz search WHAT` is short for it."))
def run(
    ctx: typer.Context,
    what: Annotated[
        str,
        typer.Argument(
            metavar="WHAT",
            help=N_(
                "A recipe (a built-in name or a YAML file) with --over; a study (a name or a YAML file); or the folder "
                "of a search, which goes on."
            ),
            show_default=False,
        ),
    ],
    over: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FIELD=VALUES",
            help=N_(
                "A field and what to try: values (0.001,0.01), a range (50..200, 1e-4..1e-1:log, 0..1:step=0.1); may "
                "be given several times. FIELD=VALUES when OTHER=VALUE tries them only there."
            ),
        ),
    ] = None,
    data: Data = None,
    changes: Set = None,
    folds: Annotated[
        int | None, typer.Option(metavar="N", help=N_("Judge each trial by N folds (cross-validation)."))
    ] = None,
    outer: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help=N_("Judge the way of choosing by N outer folds: search once more without each (nested folds)."),
        ),
    ] = None,
    seeds: Annotated[int | None, typer.Option(metavar="N", min=1, help=N_("Runs per trial, and fold."))] = None,
    trials: Annotated[int | None, typer.Option(metavar="N", min=1, help=N_("How many trials."))] = None,
    minutes: Annotated[
        float | None, typer.Option(metavar="N", help=N_("Begin no trial that would not end within so many minutes."))
    ] = None,
    metric: Annotated[
        str | None, typer.Option(metavar="NAME", help=N_("What decides, such as valid/accuracy or valid/loss."))
    ] = None,
    grid: Annotated[bool, typer.Option("--grid", help=N_("Try every combination, in a fixed order."))] = False,
    random: Annotated[bool, typer.Option("--random", help=N_("Draw values at random."))] = False,
    tpe: Annotated[bool, typer.Option("--tpe", help=N_("Draw values near those that were good (TPE)."))] = False,
    prune: Annotated[
        str | None,
        typer.Option(
            metavar="none|asha|folds",
            help=N_("Stop bad trials early: by epochs (asha, successive halving), or fold by fold (folds)."),
        ),
    ] = None,
    storage: Storage = None,
    slurm: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help=N_("Try nothing here: write a script for sbatch whose jobs are the workers (needs --storage)."),
            show_default=False,
        ),
    ] = None,
    workers: Annotated[int, typer.Option(metavar="N", min=1, help=N_("With --slurm: how many jobs."))] = 4,
    test: Annotated[
        bool,
        typer.Option(
            "--test",
            help=N_(
                "Judge the best trial of a search that has ended (WHAT is its folder) on test data, once; a second "
                "time shows what was read."
            ),
        ),
    ] = False,
    runs: Runs = Path("runs"),
    allow: Allow = None,
    json: Json = False,
) -> None:
    """Searches, and says what came out."""
    from trasluz import api
    from trasluz.recipe import parse_overrides
    from trasluz.recipe.searching import parse_over
    from trasluz.search.slurm import check_slurm, write_slurm_script

    console: Console = ctx.obj
    settings: dict[str, Any] = {"over": parse_over(over or []), "set": parse_overrides(changes or []), "data": data}
    settings |= {"folds": folds, "outer": outer, "seeds": seeds, "trials": trials, "minutes": minutes, "metric": metric}
    settings |= {"sampler": _sampler(grid, random, tpe), "pruner": prune, "storage": storage, "runs": runs}
    if test:
        _refuse_beside_test({**settings, "slurm": slurm})
        show(console, api.search_test(what, storage=storage, reporter=console), json)
        return
    check_slurm(slurm, storage, Path(what))
    require_data(data)
    found = api.search_settings(what, work=slurm is None, reporter=console, **settings)
    if slurm is not None:
        write_slurm_script(slurm, found.path, found.path.name, workers, allow or ())
        console.say(_("Submit the workers with: sbatch {path}").format(path=slurm))
        console.result(str(found.path))
        return
    show(console, found, json)


@group.command("worker", help=N_("Join a search from another process or host; ends when the search is done."))
def worker(
    ctx: typer.Context,
    where: Annotated[
        str,
        typer.Argument(
            metavar="WHERE", help=N_("The folder of a search, or the URL of its database."), show_default=False
        ),
    ],
    name: Annotated[
        str | None,
        typer.Argument(metavar="NAME", help=N_("With a database: the name of the search."), show_default=False),
    ] = None,
    storage: Storage = None,
    runs: Runs = Path("runs"),
    allow: Allow = None,
    json: Json = False,
) -> None:
    """Works until nothing is left to try."""
    from trasluz import api

    console: Console = ctx.obj
    show(console, api.search_worker(where, name, storage=storage, runs=runs, reporter=console), json)


def show(console: Console, found: SearchResult | StudyResult, json: bool) -> None:
    """What came out: the best trials, or a study's own table."""
    from trasluz.api import SearchResult

    if not isinstance(found, SearchResult):
        from trasluz.cli.commands.study import show_result

        show_result(console, found, json)
        return
    if json:
        console.json(_told(found))
        return
    console.result(_table(found))
    if found.best is not None:
        best = _("Best: {name}, {metric} {value}.")
        value = figures(float(found.best.value or 0.0))
        console.say(best.format(name=found.best.name, metric=found.metric, value=value))
    if found.tested is not None:
        console.say(test_sentence(found.tested))
    if found.outer is not None:
        console.say(outer_sentence(found.outer))
    console.say(_("The comparison page: {path}").format(path=found.page))


group.command("curve", help=search_curve.HELP)(search_curve.curve)


def _sampler(grid: bool, random: bool, tpe: bool) -> str | None:
    chosen = [name for name, asked in (("grid", grid), ("random", random), ("tpe", tpe)) if asked]
    if len(chosen) > 1:
        names = ", ".join(f"--{name}" for name in chosen)
        raise RequestError(_("{names}: give one of them.").format(names=names))
    return chosen[0] if chosen else None


def _refuse_beside_test(settings: dict[str, Any]) -> None:
    words = {"sampler": str(settings["sampler"]), "pruner": "prune"}
    given = [words.get(name, name) for name, value in settings.items() if value and name not in ("storage", "runs")]
    if given:
        message = _("--test judges a search that has ended and changes nothing of it; leave out --{name}.")
        raise RequestError(message.format(name=given[0]))


def _told(found: SearchResult) -> dict[str, Any]:
    counts: dict[str, int] = {}
    for trial in found.trials:
        counts[trial.state] = counts.get(trial.state, 0) + 1
    best = found.best
    plain = {"name": best.name, "values": dict(best.values), "value": best.value} if best is not None else None
    runs = [str(cell["run"]) for cell in best.cells] if best is not None else []
    return {
        "search": str(found.path),
        "page": str(found.page),
        "metric": found.metric,
        "trials": counts,
        "best": None if plain is None else {**plain, "runs": runs},
        **told_beside(found),
    }


def _table(found: SearchResult) -> str:
    """One line for each of the best trials: what decides with its interval, and the values."""
    rows = {row.variant: row for row in found.table.rows}
    complete = [trial for trial in found.trials if trial.state == "complete" and trial.value is not None]
    sign = -1 if found.best is not None and all(_at_least(found.best.value, t.value) for t in complete) else 1
    ordered = sorted(complete, key=lambda trial: sign * float(trial.value or 0.0))[:_SHOWN]
    fields = list(dict.fromkeys(field for trial in ordered for field in trial.values))
    header = (_("trial"), found.metric, _("from"), _("to"), *(field.rpartition(".")[2] for field in fields))
    lines: list[tuple[object, ...]] = [header]
    for trial in ordered:
        score = rows[trial.name].scores[found.metric]
        bounds = [value if math.isfinite(value) else "–" for value in (score.mean, score.low, score.high)]
        lines.append((trial.name, *bounds, *(trial.values.get(field, "–") for field in fields)))
    return columns(lines) if len(lines) > 1 else _("No trial is complete.")


def _at_least(best: float | None, value: float | None) -> bool:
    return best is not None and value is not None and best >= value
