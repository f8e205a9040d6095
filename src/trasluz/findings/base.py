"""The contract of rules, and ``check_all``, which asks every one of them.

A rule is a module of ``findings/rules/`` with

    check(evidence) -> Finding | None

It is a pure function of the evidence, which may lack anything: a run that failed has no evaluation, one without
validation no validation loss.  Where what it needs is not there, it finds nothing.  Its thresholds are constants of
the module, each with its reason.  A difference is claimed only where it lies outside its interval or its noise.
Sentences pass through ``_()``.  Adding a rule is adding its file and its test.
"""

from __future__ import annotations

import dataclasses
from typing import Protocol

from trasluz import components
from trasluz.findings.evidence import Evidence
from trasluz.findings.finding import SEVERITIES, Finding


class Rule(Protocol):
    """What a module in ``findings/rules/`` offers."""

    def check(self, evidence: Evidence) -> Finding | None:
        """The finding, in the language in force; ``None`` where the fault is not there or cannot be known."""


RULES = components.Parts[Rule]("trasluz.findings.rules", "finding")
names, find = RULES.names, RULES.find


def check_all(evidence: Evidence) -> tuple[Finding, ...]:
    """What all rules find, the gravest first, in the language in force."""
    found = ((name, find(name).check(evidence)) for name in names())
    told = [dataclasses.replace(finding, rule=name) for name, finding in found if finding is not None]
    return tuple(sorted(told, key=lambda finding: (SEVERITIES.index(finding.severity), finding.rule)))
