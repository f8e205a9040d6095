"""The contract of rules, and ``check_all``, which asks every one of them.

A rule is a module of ``findings/rules/`` with

    check(evidence) -> Finding | None

It is a pure function of the evidence, which may lack anything: a run that failed has no evaluation, one without
validation no validation loss.  Where what it needs is not there, it finds nothing.  Its thresholds are constants of
the module, each with its reason.  A difference is claimed only where it lies outside its interval or its noise.
Sentences pass through ``_()``.  Adding a rule is adding its file and its test, and to the zoo (``bench/zoo``) a
training with the fault that it looks for.

A rule that needs no look, no judged samples and no weights, but what a training leaves in memory at its end, says
``OF_TRAINING = True``: searches ask it of every cell (``findings/of_training.py``).

Findings that share a ``cause`` are told once: by the most specific of them, as grave as the gravest.  Settings that
would not change the recipe, or that it refuses, are dropped.

A rule that raises costs its own place alone: there stands a remark that says so.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Protocol

from trasluz import components
from trasluz.findings.evidence import Evidence
from trasluz.findings.finding import SEVERITIES, Finding
from trasluz.findings.trying import effective
from trasluz.messages import _, current_language, language


class Rule(Protocol):
    """What a module in ``findings/rules/`` offers."""

    def check(self, evidence: Evidence) -> Finding | None:
        """The finding, in the language in force; ``None`` where the fault is not there or cannot be known."""


RULES = components.Parts[Rule]("trasluz.findings.rules", "finding")
names, find = RULES.names, RULES.find


def check_all(evidence: Evidence) -> tuple[Finding, ...]:
    """What all rules find, the gravest first, in the language in force."""
    spoken = current_language()
    return check_in([spoken], evidence)[spoken]


def check_in(languages: Sequence[str], evidence: Evidence) -> dict[str, tuple[Finding, ...]]:
    """What all rules find, the gravest first: the same rules in the same order in each of ``languages``."""
    asked = [_ask(name, languages, evidence) for name in names()]
    told = once_per_cause([spoken for spoken in asked if spoken])
    told.sort(key=lambda spoken: (SEVERITIES.index(spoken[0].severity), spoken[0].rule))
    return {name: tuple(spoken[i] for spoken in told) for i, name in enumerate(languages)}


def _ask(name: str, languages: Sequence[str], evidence: Evidence) -> list[Finding]:
    """What one rule finds, in each language; empty where it finds nothing."""
    try:
        rule, found = find(name), []
        for spoken in languages:
            with language(spoken):
                found.append(rule.check(evidence))
        return [_whole(finding, name, evidence) for finding in found if finding is not None]
    except components.PASSING:
        raise
    except Exception as error:  # a rule may come from anybody, and raise anything
        failed = []
        for spoken in languages:
            with language(spoken):
                failed.append(_failed(name, error))
        return failed


def once_per_cause(told: list[list[Finding]]) -> list[list[Finding]]:
    """Of the findings of one cause the most specific, of equals the gravest, with the severity of the gravest."""
    causes: dict[str, list[list[Finding]]] = {}
    for spoken in told:
        causes.setdefault(spoken[0].cause or f"rule {spoken[0].rule}", []).append(spoken)
    once = []
    for same in causes.values():
        gravest = min(same, key=lambda spoken: SEVERITIES.index(spoken[0].severity))[0].severity
        best = min(same, key=lambda spoken: (-spoken[0].specific, SEVERITIES.index(spoken[0].severity)))
        once.append([dataclasses.replace(finding, severity=gravest) for finding in best])
    return once


def _whole(finding: Finding, name: str, evidence: Evidence) -> Finding:
    """``finding`` with the name of its rule, and of its settings those that change something.

    Raises:
        ValueError: a severity that there is not.
    """
    SEVERITIES.index(finding.severity)
    return dataclasses.replace(finding, rule=name, settings=effective(evidence.recipe, finding.settings))


def _failed(name: str, error: Exception) -> Finding:
    return Finding(
        "note",
        _("A rule could not be asked: {name}").format(name=name),
        RULES.failure(name, error),
        _("Whether the run has the fault that this rule looks for is not known."),
        _("The other findings do not depend on it."),
        rule=name,
    )
