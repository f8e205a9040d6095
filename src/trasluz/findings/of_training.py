"""What rules find in one of many trainings, from what it leaves in memory at its end: no look, no data, no network.

A rule that needs nothing beyond the recipe, ``run.json``, the records of the epochs and the evaluation says
``OF_TRAINING = True``.  A search asks these of every cell and keeps what they say with the cell's numbers, so that its
page counts them, whichever host trained the cell.  All rules are asked of one run by ``trasluz findings``.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from functools import cache
from typing import Any

from trasluz import components
from trasluz.errors import RecipeError
from trasluz.findings.base import find, names, once_per_cause
from trasluz.findings.evidence import Evidence
from trasluz.findings.finding import Finding
from trasluz.messages import LANGUAGES, language

TOLD = ("bad", "warn")  # remarks of hundreds of trainings would hide what is wrong with some


@cache
def training_rules() -> tuple[str, ...]:
    """The names of the rules that can be asked of a training alone."""
    found = []
    for name in names():
        try:
            if getattr(find(name), "OF_TRAINING", False):
                found.append(name)
        except RecipeError:  # it cannot be loaded, which ``trasluz findings`` says
            continue
    return tuple(found)


def check_training(evidence: Evidence) -> list[dict[str, Any]]:
    """Faults and cautions as plain values: ``rule``, ``severity``, and by language ``title`` and ``seen``."""
    told = once_per_cause([spoken for name in training_rules() if (spoken := _ask(name, evidence))])
    return [_plain(spoken) for spoken in told if spoken[0].severity in TOLD]


def _ask(name: str, evidence: Evidence) -> list[Finding]:
    """What a rule finds, in each language; nothing of one that raises, which may be anybody's."""
    rule, found = find(name), []
    try:
        for spoken in LANGUAGES:
            with language(spoken):
                finding = rule.check(evidence)
            if finding is None:
                return []
            found.append(dataclasses.replace(finding, rule=name))
    except components.PASSING:
        raise
    except Exception:  # the training's numbers are worth keeping whatever a rule does; ``trasluz findings`` tells of it
        return []
    return found


def _plain(spoken: Sequence[Finding]) -> dict[str, Any]:
    first = spoken[0]
    texts = {
        text: {name: str(getattr(finding, text)) for name, finding in zip(LANGUAGES, spoken, strict=True)}
        for text in ("title", "seen")
    }
    return {"rule": first.rule, "severity": first.severity, **texts}
