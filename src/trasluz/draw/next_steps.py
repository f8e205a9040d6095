"""What to try next, as a notebook shows it."""

from __future__ import annotations

import html
from typing import Any

from trasluz.draw.escaping import visible


def next_steps_html(found: Any) -> str:
    """A numbered list; ``found`` is what ``run.why()`` gives."""
    items = "".join(
        f"<li><strong>{_escape(step.title)}</strong><br>{_escape(step.reason)}<br><code>{_escape(step.command)}</code></li>"
        for step in found.steps
    )
    around = [f"<p>{_escape(sentence)}</p>" if sentence else "" for sentence in (found.lead(), found.ending())]
    return f"{around[0]}<ol>{items}</ol>{around[1]}"


def _escape(value: object) -> str:
    return html.escape(str(visible(value)))
