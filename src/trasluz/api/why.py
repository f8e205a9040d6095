"""What to try next with a run: the steps of ``findings/next_steps.py``, each with what to type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from trasluz.api.findings import evidence_of
from trasluz.api.opened import OpenedRun
from trasluz.evaluation.shown import ShownInNotebooks
from trasluz.findings.base import check_all
from trasluz.findings.next_steps import Step, command_of, next_steps, unmeasured
from trasluz.findings.trying import command_line, recipe_word
from trasluz.messages import _


@dataclass(frozen=True)
class NextStep:
    """One thing to try: what, why, what to type, and in how many of how many trainings it was measured to help."""

    title: str
    reason: str
    command: str
    rule: str = ""
    helped: tuple[int, int] | None = None


@dataclass(frozen=True, repr=False)
class NextSteps(ShownInNotebooks):
    """What to try next, what is likely to help most first; shows itself as text.

    ``also``: titles of findings whose advice was not measured to help; ``healthy``: whether nothing was found.
    """

    steps: tuple[NextStep, ...]
    also: tuple[str, ...]
    healthy: bool
    path: str
    shown_by: ClassVar[str] = "trasluz.draw.next_steps:next_steps_html"

    def lead(self) -> str:
        """The sentence above the steps; empty where there is none to say."""
        if self.healthy:
            return _("Nothing went wrong that can be seen in what is known of this run.")
        return "" if self.steps else _("What was found here has no advice that was measured to help.")

    def ending(self) -> str:
        """Which findings have no step here; empty where all have."""
        if not self.also:
            return ""
        message = _("Also found, without advice that was measured to help: {titles}. See: trasluz findings {run}")
        return message.format(titles="; ".join(self.also), run=self.path)

    def __str__(self) -> str:
        lines = [self.lead()] if self.lead() else []
        for number, step in enumerate(self.steps, 1):
            lines += [f"{number}. {step.title}", f"   {step.reason}", f"   {step.command}"]
        return "\n".join([*lines, *([self.ending()] if self.ending() else [])])

    def __repr__(self) -> str:
        return str(self)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, sentences in the language in force."""
        return {
            "healthy": self.healthy,
            "steps": [
                {
                    "title": step.title,
                    "reason": step.reason,
                    "command": step.command,
                    "rule": step.rule,
                    "helped": None if step.helped is None else list(step.helped),
                }
                for step in self.steps
            ],
            "also": list(self.also),
        }


def why(run: OpenedRun) -> NextSteps:
    """What to try next with ``run``, from what is known of it; nothing is computed.

    Raises:
        RunError: the folder is damaged.
    """
    evidence = evidence_of(run)
    found = check_all(evidence)
    steps = tuple(_spoken(run, step) for step in next_steps(evidence, found))
    return NextSteps(steps, tuple(one.title for one in unmeasured(found)), not found, str(run.path))


def _spoken(run: OpenedRun, step: Step) -> NextStep:
    in_memory = bool(run.info.get("in_memory"))
    if step.words:
        command = command_of(step, str(run.path), recipe_word(run.recipe, run.path))
    else:
        command = command_line(run.recipe, run.path, step.settings, in_memory=in_memory)
    helped = None if step.measured is None else (step.measured.helped, step.measured.runs)
    return NextStep(step.title, step.reason, command, step.rule, helped)
