"""The drawing of the look ``code-spread``: one row per number of the code."""

from __future__ import annotations

from lantern.spread_look import SpreadResult
from trasluz.draw.looking import Question
from trasluz.draw.panel import Panel, Table

QUESTION: Question = "latent"
ORDER = 90


def draw(result: SpreadResult) -> tuple[Panel, ...]:
    """One table."""
    values = [float(value) for value in result.spread]
    rows = tuple((number, value) for number, value in enumerate(values))
    texts = tuple((str(number), f"{value:.3g}") for number, value in enumerate(values))
    return (Panel("Spread of the code by Lantern", Table(("number", "spread"), rows, texts), "Spread of the code"),)
