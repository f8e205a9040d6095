"""``check_study``, which asks every rule about a whole study; the contract is that of rules about runs
(``findings/base.py``), with a ``StudyEvidence`` in the place of a run's.

``Finding.settings`` are then fields and values to search next, as ``--over`` takes them.  Adding a rule is adding its
file in ``findings/studies/`` and its test, which shows it a study with the fault and one without.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Protocol

from trasluz import components
from trasluz.findings.base import once_per_cause
from trasluz.findings.finding import SEVERITIES, Finding
from trasluz.findings.study_evidence import StudyEvidence
from trasluz.messages import _, current_language, language


class StudyRule(Protocol):
    """What a module in ``findings/studies/`` offers."""

    def check(self, evidence: StudyEvidence) -> Finding | None:
        """The finding, in the language in force; ``None`` where the fault is not there or cannot be known."""


STUDY_RULES = components.Parts[StudyRule]("trasluz.findings.studies", "finding")


def check_study(evidence: StudyEvidence) -> tuple[Finding, ...]:
    """What all rules find, the gravest first, in the language in force."""
    spoken = current_language()
    return check_study_in([spoken], evidence)[spoken]


def check_study_in(languages: Sequence[str], evidence: StudyEvidence) -> dict[str, tuple[Finding, ...]]:
    """What all rules find, the gravest first: the same rules in the same order in each of ``languages``."""
    asked = [_ask(name, languages, evidence) for name in STUDY_RULES.names()]
    told = once_per_cause([spoken for spoken in asked if spoken])
    told.sort(key=lambda spoken: (SEVERITIES.index(spoken[0].severity), spoken[0].rule))
    return {name: tuple(spoken[i] for spoken in told) for i, name in enumerate(languages)}


def _ask(name: str, languages: Sequence[str], evidence: StudyEvidence) -> list[Finding]:
    try:
        rule, found = STUDY_RULES.find(name), []
        for spoken in languages:
            with language(spoken):
                finding = rule.check(evidence)
                if finding is not None:
                    found.append(dataclasses.replace(finding, rule=name))
        return found
    except components.PASSING:
        raise
    except Exception as error:  # a rule may come from anybody, and raise anything
        failed = []
        for spoken in languages:
            with language(spoken):
                failed.append(_failed(name, error))
        return failed


def _failed(name: str, error: Exception) -> Finding:
    return Finding(
        "note",
        _("A rule could not be asked: {name}").format(name=name),
        STUDY_RULES.failure(name, error),
        _("Whether the study has the fault that this rule looks for is not known."),
        _("The other findings do not depend on it."),
        rule=name,
    )
