"""The list of built-in recipes as a notebook shows it."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from typing import Protocol

from trasluz.draw.outputs import Formatted, Outputs
from trasluz.messages import _
from trasluz.recipe.about import AboutSection

_LEFT = 'style="text-align:left;padding:2px 14px 2px 0;vertical-align:top"'


class Listed(Protocol):
    """One recipe."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def about(self) -> AboutSection | None:
        """What it says about itself, if it does."""

    def line(self) -> str:
        """What it is for."""


class ListedGroups(Protocol):
    """Recipes under their headings."""

    def groups(self) -> Iterator[tuple[str, Sequence[Listed]]]:
        """Headings with their recipes."""

    def ending(self) -> str:
        """The sentences below."""


def recipes_shown(found: ListedGroups) -> Outputs:
    """The list as it shows itself as text, and as a table; ``found`` is what ``tz.recipes()`` gives."""
    return (Formatted(_html(found), str(found)),)


def _html(found: ListedGroups) -> str:
    """A table with a heading row per group."""
    names = (_("Recipe"), _("What it is for"), _("Needs"), _("Takes"))
    head = "".join(f"<th {_LEFT}>{html.escape(name)}</th>" for name in names)
    rows = []
    for title, recipes in found.groups():
        rows.append(f'<tr><th {_LEFT} colspan="{len(names)}" scope="rowgroup">{html.escape(title)}</th></tr>')
        rows += [_row(one) for one in recipes]
    ending = "<br>".join(html.escape(line) for line in found.ending().splitlines())
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table><p>{ending}</p>"


def _row(one: Listed) -> str:
    about = one.about
    cells = (one.line(), "", "") if about is None else (one.line(), about.needs(), about.takes())
    told = "".join(f"<td {_LEFT}>{html.escape(cell)}</td>" for cell in cells)
    return f"<tr><td {_LEFT}><code>{html.escape(one.name)}</code></td>{told}</tr>"
