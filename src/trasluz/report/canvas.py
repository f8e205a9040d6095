"""Figures of a page: drawn once per language, kept as JSON beside the place that shows them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from trasluz.messages import LANGUAGES, language, shown
from trasluz.report.page import fill
from trasluz.report.phrase import Phrase
from trasluz.report.wording import worded

if TYPE_CHECKING:
    import plotly.graph_objects as go


def place_figure(figures: list[Markup], draw: Callable[[], go.Figure], alt: Phrase) -> Markup:
    """Adds a figure to ``figures``, drawn in each language; returns its place on the page, with the words for it."""
    drawn = {}
    for name in LANGUAGES:
        with language(name):
            drawn[name] = _worded(json.loads(draw().to_json()), name)
    height = drawn[LANGUAGES[0]]["layout"]["height"]
    number = len(figures)
    figures.append(script_json(drawn))
    return fill("figure.html", number=number, alt=alt, height=height)


_SPOKEN = ("text", "name", "title", "hovertemplate", "label")  # keys of a figure whose texts are for people


def _worded(tree: Any, language: str, spoken: bool = False) -> Any:
    """The figure with its samples called by their kind."""
    if isinstance(tree, dict):
        return {key: _worded(value, language, key in _SPOKEN) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_worded(value, language, spoken) for value in tree]
    return worded(tree, language) if spoken and isinstance(tree, str) else tree


def script_json(tree: object) -> Markup:
    """JSON that cannot end the ``<script>`` that holds it, nor open a comment in it; marks in names that would turn the
    direction of writing are spelled out."""
    text = shown(json.dumps(tree, ensure_ascii=False, separators=(",", ":")), escape="\\\\")
    return Markup(text.replace("<", "\\u003c"))
