"""Whether what was said of a specimen is as it must be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.zoo.specimen import Specimen

GRAVE = ("bad", "warn")


def wrong(specimen: Specimen, told: Mapping[str, Any]) -> list[str]:
    """What is missing or should not have been said of one seed, in words."""
    found = {one["rule"]: one["severity"] for one in told["findings"]}
    missing = [
        f"{rule} is missing" for rule in specimen.must if rule not in found and not told_for(specimen, told, rule)
    ]
    false = [f"{rule} was said" for rule in false_alarms(specimen, told)]
    return [*missing, *false, *(f"it says “{words}”" for words in told["untrue"])]


def told_for(specimen: Specimen, told: Mapping[str, Any], rule: str) -> bool:
    """Whether the finding that ``told_by`` names for ``rule`` is there, with the words."""
    by, words = specimen.told_by.get(rule, ("", ""))
    return any(one["rule"] == by and words in one["seen"] for one in told["findings"])


def false_alarms(specimen: Specimen, told: Mapping[str, Any]) -> list[str]:
    """Rules that spoke where they must not: faults and cautions that neither must nor may come, and those named."""
    found = {one["rule"]: one["severity"] for one in told["findings"]}
    allowed = {*specimen.must, *specimen.may}
    return [
        rule
        for rule, severity in found.items()
        if rule in specimen.never or (severity in GRAVE and rule not in allowed)
    ]
