"""Words that several commands share: each has one name, one meaning and one help text everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trasluz import allowed
from trasluz.errors import RequestError
from trasluz.messages import LANGUAGES, N_, _


def _known_language(value: str | None) -> str | None:
    if value is not None and value not in LANGUAGES:
        raise RequestError(
            _("--lang: {lang!r} is not allowed; allowed: {known}.").format(lang=value, known=", ".join(LANGUAGES))
        )
    return value


def _allow(ctx: typer.Context, value: list[str] | None) -> list[str] | None:
    """Allows these packages until the command has ended; no command does anything else with the option."""
    ctx.with_resource(allowed.allow(value or ()))
    return value


def _run(value: Path) -> Path:
    """The run folder that is meant; see ``which_run``."""
    from trasluz.cli.which_run import which_run

    return which_run(value)


WeightsName = Annotated[
    str,
    typer.Option(
        "--weights",
        metavar="final|best",
        help=N_("Which weights: those that training ended with, or those of its best epoch."),
    ),
]
RunPath = Annotated[
    Path,
    typer.Argument(
        metavar="RUN",
        callback=_run,
        help=N_("A run folder, the beginning of its name or of its last part, or last for the newest in runs/."),
        show_default=False,
    ),
]
Images = Annotated[
    list[Path],
    typer.Argument(
        metavar="IMAGES...",
        help=N_("Image files, or one folder of images; for a model of tables CSV files, of sequences .npz files."),
        show_default=False,
    ),
]
Source = Annotated[
    str,
    typer.Argument(
        metavar="SOURCE",
        help=N_(
            "A name such as digits, a path (folder, archive, IDX, .npz, .csv), or run:RUN for images that it makes."
        ),
        show_default=False,
    ),
]
Data = Annotated[
    str | None,
    typer.Option(
        "--data",
        metavar="SOURCE",
        help=N_("Data to use instead: a name, a path (folder, archive, IDX, .npz, .csv), or run:RUN."),
    ),
]
OwnData = Annotated[
    str | None,
    typer.Option(
        "--data",
        metavar="PLACE",
        help=N_("Where the data that the run was trained on lie now, if they moved; the run remembers it."),
    ),
]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="FIELD=VALUE",
        help=N_("Change a field of the recipe, such as train.epochs=20; may be given several times."),
    ),
]
Allow = Annotated[
    list[str] | None,
    typer.Option(
        "--allow",
        metavar="PACKAGE",
        callback=_allow,
        help=N_(
            "Let the recipe or run call code of this package by module: (docs/security.md); may be given several times."
        ),
    ),
]
Json = Annotated[
    bool, typer.Option("--json", help=N_("Print the result as one JSON object on the last line of standard output."))
]
Report = Annotated[
    bool, typer.Option("--report/--no-report", help=N_("Write the run's report when training has ended, or do not."))
]
Open = Annotated[bool, typer.Option("--open", help=N_("Open the report in the browser when it is written."))]
Raw = Annotated[
    bool,
    typer.Option(
        "--raw",
        help=N_(
            "Write names into CSV as they are; otherwise those that a spreadsheet would compute get a quote before "
            "them, and control characters are spelled out."
        ),
    ),
]
Name = Annotated[
    str | None,
    typer.Option(
        "--name",
        metavar="TITLE",
        help=N_("What the run's page is called; otherwise what its data are."),
        show_default=False,
    ),
]
Language = Annotated[
    str | None,
    typer.Option(
        "--lang",
        metavar="en|es",
        callback=_known_language,
        help=N_("The language to speak; otherwise TRASLUZ_LANG or the system's."),
    ),
]
