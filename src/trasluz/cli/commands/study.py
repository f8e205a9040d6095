"""``trasluz study``: trains the variants of a study with several seeds and compares them."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trasluz.cli.arguments import Allow, Data, Json, Set
from trasluz.cli.console import Console, columns
from trasluz.cli.opening import require_data
from trasluz.messages import N_, _, current_language

if TYPE_CHECKING:
    from trasluz.api import StudyResult

HELP = N_("Train variants of a recipe with several seeds, and compare them; list the studies when none is named.")


def command(
    ctx: typer.Context,
    study: Annotated[
        str | None,
        typer.Argument(
            metavar="STUDY",
            help=N_("A built-in name, a YAML file, or the folder of a study that was stopped or that others work on."),
            show_default=False,
        ),
    ] = None,
    data: Data = None,
    changes: Set = None,
    seeds: Annotated[int | None, typer.Option(metavar="N", min=1, help=N_("Runs per variant."))] = None,
    runs: Annotated[
        Path, typer.Option(metavar="DIR", help=N_("The folder that the study's folder is made in."))
    ] = Path("runs"),
    show: Annotated[bool, typer.Option("--show", help=N_("Print the study as YAML instead of training it."))] = False,
    allow: Allow = None,
    json: Json = False,
) -> None:
    """Trains what is missing and says what came out."""
    console: Console = ctx.obj
    if study is None or show:
        console.result(_listing() if study is None else _shown(study))
        return
    from trasluz import api
    from trasluz.recipe import parse_overrides
    from trasluz.recipe.study import load_study
    from trasluz.search.folder import StudyFolder

    # Read here, so that a wrong name is refused at once, not after PyTorch was imported.
    asked = study if StudyFolder.is_one(Path(study)) else load_study(study)
    require_data(data)
    result = api.study(asked, set=parse_overrides(changes or []), data=data, seeds=seeds, runs=runs, reporter=console)
    show_result(console, result, json)


def show_result(console: Console, result: StudyResult, json: bool) -> None:
    """The table, what it rests on, and where the page is."""
    if json:
        told = {"study": str(result.path), "page": str(result.page), **result.table.to_dict()}
        console.json({**told, "rests_on": list(result.resting.sentences())})
        return
    console.result(_table(result))
    console.say(_note(result))
    for sentence in result.resting.sentences():
        console.say(sentence)
    console.say(_("The comparison page: {path}").format(path=result.page))


def _listing() -> str:
    from trasluz.recipe.study import load_study, study_names

    texts = {name: load_study(name).description for name in study_names()}
    return columns([(name, text.get(current_language(), text.get("en", ""))) for name, text in texts.items()])


def _shown(study: str) -> str:
    from trasluz.recipe.study import load_study

    return load_study(study).to_yaml().rstrip()


def _table(result: StudyResult) -> str:
    """One line per variant: the first three metrics as mean with interval, and training seconds."""
    from trasluz.metrics.names import metric_name

    shown = result.table.metrics[:3]
    lines = [
        (_("variant"), *(word for name in shown for word in (metric_name(name), _("from"), _("to"))), _("seconds"))
    ]
    for row in result.table.rows:
        cells: list[object] = [row.variant]
        for name in shown:
            found = row.scores.get(name)
            bounds = [] if found is None else [found.mean, found.low, found.high]
            cells += [value if math.isfinite(value) else "–" for value in bounds] or ["–", "–", "–"]
        lines.append((*cells, row.seconds))  # type: ignore[arg-type]  # names above, numbers below
    return columns(lines)


def _note(result: StudyResult) -> str:
    """What the intervals mean, and why there is none where there is none."""
    from trasluz.metrics.over_seeds import about_intervals

    shown = result.table.metrics[:3]
    scores = [row.scores[name] for row in result.table.rows for name in shown if name in row.scores]
    seeds = max((len(found.values) for found in scores), default=1)
    return about_intervals(seeds, all(math.isfinite(found.low) for found in scores))
