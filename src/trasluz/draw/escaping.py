"""Text for pages: escaped as markup, and with its control characters and marks of direction spelled out."""

from __future__ import annotations

import markupsafe
from markupsafe import Markup

from trasluz.messages import shown


def visible(value: object) -> object:
    """A value for a page: of text, what a page would obey instead of showing it is spelled out; markup stays."""
    return shown(value, keep="\n\t") if isinstance(value, str) and not isinstance(value, Markup) else value


def escape(value: object) -> Markup:
    """``value`` as markup that shows its text and does nothing else."""
    return markupsafe.escape(visible(value))
