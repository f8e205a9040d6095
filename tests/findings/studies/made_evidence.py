"""Evidence of made studies."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from trasluz.errors import RequestError
from trasluz.findings.finding import Finding
from trasluz.findings.study_evidence import DrawnRange, StudyEvidence
from trasluz.findings.study_rules import STUDY_RULES, check_study
from trasluz.search.trial_results import TrialResult
from trasluz.search.winner import find_winner


def evidence(
    trials: Sequence[TrialResult], *, metric: str = "accuracy", rises: bool = True, **ranges: tuple[Any, ...]
) -> StudyEvidence:
    """A study with its winner; double underscores in the names of fields are dots."""
    winner = None
    with suppress(RequestError):
        winner = find_winner(trials, metric, rises)
    known = {name.replace("__", "."): DrawnRange(*ends) for name, ends in ranges.items()}
    return StudyEvidence(tuple(trials), metric, rises, winner, known)


def found(rule: str, given: StudyEvidence) -> Finding | None:
    """What one rule finds."""
    return STUDY_RULES.find(rule).check(given)


def found_rules(given: StudyEvidence) -> list[str]:
    """Which rules find something."""
    return [finding.rule for finding in check_study(given)]
