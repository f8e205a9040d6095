"""Finding: one thing that went wrong, or could go better, with the numbers that say so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from trasluz.messages import N_, _

Severity = Literal["bad", "warn", "note"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
_NAMES = {"bad": N_("fault"), "warn": N_("caution"), "note": N_("remark")}


def severity_name(severity: Severity) -> str:
    """What people call a severity, in the language in force."""
    return _(_NAMES[severity])


@dataclass(frozen=True)
class Finding:
    """``severity``: ``bad``, its results should not be used as they are; ``warn``, they could be better or say less
    than they seem to; ``note``, worth knowing.

    ``title``, ``seen``, ``meaning`` and ``advice`` are in the language that was in force: what it is called, what was
    seen with its numbers, what that means, and what to try.  ``numbers``: what ``seen`` speaks of, by name.
    ``settings``: changes of the recipe to try, as ``--set`` takes them, such as ``train.epochs=40``.  ``rule`` is
    filled in by ``check_all``.

    ``refuted_by``: what would have to be seen for the finding to be untrue, so that whoever doubts it can look.

    ``cause``: a word that rules share whose findings come from one cause, such as a posterior collapse and a weight out
    of balance; "" stands alone.  Of one cause only the finding with the largest ``specific`` is told: 0 tells what
    shows (it names one class), 1 what is behind it (its rate is too high).
    """

    severity: Severity
    title: str
    seen: str
    meaning: str
    advice: str
    numbers: Mapping[str, float] = field(default_factory=dict)
    settings: tuple[str, ...] = ()
    rule: str = ""
    refuted_by: str = ""
    cause: str = ""
    specific: int = 0

    @property
    def severity_name(self) -> str:
        """What people call its severity, in the language in force."""
        return severity_name(self.severity)
