"""What to try next, as a notebook shows it."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Protocol

from trasluz.draw.escaping import visible


class Shown(Protocol):
    """One step: what to try, why, and what to type."""

    @property
    def title(self) -> str:
        """What to try."""

    @property
    def reason(self) -> str:
        """Why, with its numbers."""

    @property
    def command(self) -> str:
        """What to type."""


class ShownSteps(Protocol):
    """The steps, and what is said around them."""

    @property
    def steps(self) -> Sequence[Shown]:
        """What to try, in order."""

    def lead(self) -> str:
        """The sentence above; may be empty."""

    def ending(self) -> str:
        """The sentence below; may be empty."""


def next_steps_html(found: ShownSteps) -> str:
    """A numbered list; ``found`` is what ``run.why()`` gives."""
    items = "".join(
        f"<li><strong>{_escape(step.title)}</strong><br>{_escape(step.reason)}<br><code>{_escape(step.command)}</code></li>"
        for step in found.steps
    )
    around = [f"<p>{_escape(sentence)}</p>" if sentence else "" for sentence in (found.lead(), found.ending())]
    return f"{around[0]}<ol>{items}</ol>{around[1]}"


def _escape(value: object) -> str:
    return html.escape(str(visible(value)))
