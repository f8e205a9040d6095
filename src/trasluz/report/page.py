"""The templates of the page: jinja2 with escaping on, and phrases that templates may say."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from trasluz.draw.escaping import visible
from trasluz.numerals import Numeral
from trasluz.report.phrase import both, both_n, plain


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("trasluz.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"both": both, "both_n": both_n}
    return environment


def _shown(value: object) -> object:
    """What a template prints of a value: numbers in each language, everything else spelled out."""
    return plain(value) if isinstance(value, Numeral) else visible(value)


def fill(template: str, **values: Any) -> Markup:
    """A template of this package with its values."""
    return Markup(_environment().get_template(template).render(**values))


def source(template: str) -> Markup:
    """The text of a file beside the templates (style, script), put into the page as it is."""
    loader = _environment().loader
    assert loader is not None, "the environment above is made with a loader"
    return Markup(loader.get_source(_environment(), template)[0])
