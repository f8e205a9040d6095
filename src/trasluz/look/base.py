"""Look: one way of seeing inside a trained model, a pure computation over what the model can do.

A look is a module of ``look/looks/`` with

    HELP          one sentence for the list of looks, marked with ``N_``
    DEFAULT       whether a report holds it without being asked
    Config        its options, a ``Section`` with docstring
    RESULT        the class of its result, a frozen dataclass over ``Result``, such as ``CamResult``
    refusal(subject) -> str | None                 why this model cannot be looked at so, or ``None``
    compute(subject, images, config, reporter) -> that result

It asks the subject for capabilities, never for a family by name.  ``images`` is ``None`` where nobody chose any; the
look then takes what it needs from ``subject``.  It leaves the networks as they were: modes, gradients, hooks.  Drawing
is apart, in ``draw/looks/<same name>.py``.  Adding a look is adding these two files and their tests.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from trasluz import components
from trasluz.errors import RequestError
from trasluz.look import LOOKS, names
from trasluz.look.result import Result
from trasluz.look.shown import Shown
from trasluz.look.subject import Subject
from trasluz.messages import _
from trasluz.model.memory import kept_memory
from trasluz.recipe.base import Section
from trasluz.reporting import Reporter


class LookModule(Protocol):
    """What a module in ``look/looks/`` offers."""

    HELP: str
    DEFAULT: bool
    Config: type[Section]
    RESULT: type[Result]

    def refusal(self, subject: Subject) -> str | None:
        """Why this model cannot be looked at so, as the end of a sentence; ``None`` where it can."""

    def compute(self, subject: Subject, images: Shown | None, config: Section, reporter: Reporter) -> Result:
        """The look."""


_PARTS = components.Parts[LookModule](LOOKS, "look")
find, failure_of = _PARTS.find, _PARTS.failure


def fitting(subject: Subject) -> tuple[str, ...]:
    """The names of the looks that this model can be looked at with, sorted."""
    return tuple(name for name in names() if find(name).refusal(subject) is None)


def usual(name: str, subject: Subject) -> bool:
    """Whether a report holds the look ``name`` of this model without being asked."""
    look = find(name)
    return look.DEFAULT and look.refusal(subject) is None


def compute(
    name: str, subject: Subject, images: Shown | None, options: Mapping[str, Any], reporter: Reporter
) -> Result:
    """Looks at ``subject`` with the look ``name`` and its ``options``.

    Raises:
        RecipeError: no such look or option.
        RequestError: the model cannot be looked at so.
    """
    look = find(name)
    config = components.configure(look.Config, dict(options), f"look {name}")
    reason = look.refusal(subject)
    if reason is not None:
        raise RequestError(_("look {name}: {reason}.").format(name=name, reason=reason))
    with kept_memory(subject.device.type):
        return look.compute(subject, images, config, reporter)
