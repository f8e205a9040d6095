"""What the rules found in the runs of a study, by what was found: which variants have it, in how many of their runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trasluz.findings.finding import SEVERITIES, Severity, severity_name
from trasluz.report.page import fill
from trasluz.report.phrase import Phrase, both, join, plain
from trasluz.report.sections.base import Section

Found = Mapping[str, Sequence[Sequence[Mapping[str, Any]]]]  # variant → run → findings as ``findings.json`` has them
_BADGES = {"bad": "failed", "warn": "running"}
_MOST_NAMED = 8  # variants in the lead; more are in the list


@dataclass(frozen=True)
class _Told:
    badge: str
    severity: Phrase
    title: Phrase
    meaning: Phrase
    lines: tuple[Phrase, ...]


def variant_findings(found: Found) -> Section | None:
    """The section: faults and cautions with the variants that have them; ``None`` where no run was asked.

    What is found in a run that says which kernel has no gradient, or which rate is too high, is the answer of a study
    that varies it.
    """
    if not any(runs for runs in found.values()):
        return None
    kinds: dict[tuple[int, str], dict[str, list[Mapping[str, Any]]]] = {}
    for variant, runs in found.items():
        for run in runs:
            for one in run:
                if one.get("severity") in _BADGES:
                    key = (SEVERITIES.index(one["severity"]), str(one["title"].get("en", "")))
                    kinds.setdefault(key, {}).setdefault(variant, []).append(one)
    told = [_told(by_variant, found) for _key, by_variant in sorted(kinds.items(), key=lambda item: item[0])]
    lead = _lead(kinds, found)
    html = fill("sections/variant_findings.html", lead=lead, findings=told)
    return Section(both("What went wrong in them?"), "findings", html, answer=lead)


def _lead(kinds: Mapping[tuple[int, str], Mapping[str, Sequence[Mapping[str, Any]]]], found: Found) -> Phrase:
    """Each thing found with the variants that have it, and which have none."""
    asked = [variant for variant, runs in found.items() if runs]
    ill = {variant for by_variant in kinds.values() for variant in by_variant}
    parts = [
        both(
            "{title}: {names}.", title=_say(next(iter(by_variant.values()))[0], "title"), names=_names(list(by_variant))
        )
        for _key, by_variant in sorted(kinds.items(), key=lambda item: item[0])
    ]
    well = [variant for variant in asked if variant not in ill]
    if well:
        parts.append(both("Neither fault nor caution: {names}.", names=_names(well)))
    return join(parts)


def _names(variants: Sequence[str]) -> str:
    return ", ".join(variants[:_MOST_NAMED]) + (", …" if len(variants) > _MOST_NAMED else "")


def _told(by_variant: Mapping[str, Sequence[Mapping[str, Any]]], found: Found) -> _Told:
    first = next(iter(by_variant.values()))[0]
    severity: Severity = first["severity"]
    return _Told(
        badge=_BADGES[severity],
        severity=Phrase.of(lambda: severity_name(severity)),
        title=_say(first, "title"),
        meaning=_say(first, "meaning"),
        lines=tuple(
            both(
                "{variant}, in {n} of {runs} runs: {seen}",
                variant=plain(variant),
                n=len(runs),
                runs=len(found[variant]),
                seen=_say(runs[0], "seen"),
            )
            for variant, runs in by_variant.items()
        ),
    )


def _say(finding: Mapping[str, Any], field: str) -> Phrase:
    texts = finding.get(field) or {}
    fallback = str(texts.get("en", ""))
    return Phrase.of_texts({name: str(texts.get(name, fallback)) for name in plain("").texts})
