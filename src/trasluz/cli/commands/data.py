"""``trasluz data``: looks at data before anything is trained on them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from trasluz.cli.arguments import Allow, Json, Set, Source
from trasluz.cli.console import Console, columns
from trasluz.cli.opening import require_data
from trasluz.messages import N_, _
from trasluz.numerals import numeral

HELP = N_("Check data, preview augmentation, manage the cache.")
group = typer.Typer()
cache = typer.Typer()
group.add_typer(cache, name="cache", help=N_("List or clear what was decoded and downloaded."))


@group.command(help=N_("Say what is in data: counts, sizes, unreadable files, duplicates, imbalance."))
def check(ctx: typer.Context, source: Source, changes: Set = None, allow: Allow = None, json: Json = False) -> None:
    """Audits a source."""
    from trasluz import api
    from trasluz.recipe import parse_overrides

    console: Console = ctx.obj
    require_data(source)
    audit = api.check_data(source, set=parse_overrides(changes or []), reporter=console)
    if json:
        console.json(audit)
    else:
        for part in _told(audit):
            console.result(part)


def _told(audit: dict[str, Any]) -> Iterator[str]:
    """The audit in tables, then what to heed in it."""
    from trasluz.data.describe.audit_groups import group_facts
    from trasluz.data.describe.audit_notes import audit_notes
    from trasluz.data.describe.audit_warnings import audit_warnings
    from trasluz.data.describe.depth import range_sentence

    splits = audit["splits"]
    shape = "×".join(str(side) for side in audit["shape"])
    if audit["kind"] == "table":
        yield _("{n} rows of {features} features: {names}").format(
            n=audit["samples"], features=shape, names=", ".join(audit["features"])
        )
    else:
        yield _("{n} samples of {shape}").format(n=audit["samples"], shape=shape)
    rows = [(name, *(counts[split] for split in splits)) for name, counts in audit["classes"].items()]
    yield columns([(_("class"), *splits), *rows, (_("all"), *splits.values())])
    if sentence := range_sentence(audit["range"]):
        yield sentence
    yield from group_facts(audit)
    yield from audit_warnings(audit) or [_("Nothing to look into.")]
    yield from audit_notes(audit)


@group.command(help=N_("Draw training images beside what augmentation makes of them."))
def preview(
    ctx: typer.Context,
    source: Annotated[
        str, typer.Argument(metavar="RECIPE|SOURCE", help=N_("A recipe, or data to try --set on."), show_default=False)
    ],
    changes: Set = None,
    out: Annotated[Path, typer.Option(metavar="FILE", help=N_("The picture to write."))] = Path("augmentation.png"),
    allow: Allow = None,
    json: Json = False,
) -> None:
    """Writes the picture and prints its path."""
    from trasluz import api
    from trasluz.recipe import is_recipe, load, parse_overrides

    console: Console = ctx.obj
    # A wrong name is refused at once, not after PyTorch was imported.
    if is_recipe(source):
        load(source)
    else:
        require_data(source)
    path = api.preview_augmentation(source, set=parse_overrides(changes or []), out=out, reporter=console)
    if json:
        console.json({"picture": path})
    else:
        console.result(str(path))


@cache.command("list", help=N_("List what is in the cache, newest last."))
def list_entries(ctx: typer.Context, json: Json = False) -> None:
    """One line per entry."""
    from trasluz.api import list_cache

    console: Console = ctx.obj
    entries = list_cache()
    if json:
        console.json({"cache": [vars(entry) for entry in entries]})
    elif not entries:
        console.say(_("The cache is empty."))
    else:
        rows = [(e.name, e.room, e.source, e.changed.isoformat(" ", "minutes"), e.bytes / 1e6) for e in entries]
        console.result(columns([(_("name"), _("kind"), _("source"), _("changed"), "MB"), *rows]))


@cache.command("clear", help=N_("Delete entries by name or source, or all of them; they are made again when needed."))
def clear_entries(
    ctx: typer.Context,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAMES]...", help=N_("Names or sources; otherwise everything."))
    ] = None,
) -> None:
    """Deletes and says how much became free."""
    from trasluz.api import clear_cache

    console: Console = ctx.obj
    gone = clear_cache(names or None)
    size = sum(entry.bytes for entry in gone) / 1e6
    console.say(_("{n} entries deleted, {size} MB free again.").format(n=len(gone), size=numeral(f"{size:.1f}")))
