"""What was it trained on: sizes of the splits, images per class, and what the audit of the data found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from trasluz.data.describe.audit_notes import audit_notes
from trasluz.data.describe.audit_warnings import audit_warnings
from trasluz.draw.counts import class_counts, split_sizes
from trasluz.draw.names import integer, significant
from trasluz.messages import LANGUAGES, N_, _, language
from trasluz.report.context import Context
from trasluz.report.looks import panels
from trasluz.report.page import fill
from trasluz.report.phrase import Phrase, both, both_n, join, listing, plain, split_phrase
from trasluz.report.sections.base import Section

ORDER = 90
_MOST_LISTED = 20
_SIZES = {
    "smallest": N_("Smallest original, height × width"),
    "median": N_("Median original"),
    "largest": N_("Largest original"),
    "most_common": N_("Most common size"),
}


@dataclass(frozen=True)
class Listing:
    """Names that are shown when asked for."""

    title: Phrase
    lines: tuple[Phrase, ...]


def applies(context: Context) -> bool:
    """Whether the run knows the sizes of its splits."""
    return bool(context.info.get("splits"))


def answer(context: Context) -> Phrase:
    """How many samples each split has, and how many things the audit warns of."""
    sizes = {name: int(size) for name, size in context.info["splits"].items() if size}
    parts = [both("{n} {split}", n=integer(size), split=split_phrase(name)) for name, size in sizes.items()]
    told = listing(parts)
    audit = _audit(context)
    warnings = len(audit_warnings(audit)) if audit else 0
    if not warnings:
        return both("On samples of these splits: {told}.", told=told)
    return both_n(
        "On samples of these splits: {told}; {n} thing is worth knowing about them.",
        "On samples of these splits: {told}; {n} things are worth knowing about them.",
        warnings,
        told=told,
    )


def render(context: Context) -> Section:
    """What to heed first, then bars for splits and classes, then the facts and the files behind them."""
    audit = _audit(context)
    html = fill(
        "sections/data.html",
        warnings=_warnings(audit) if audit else [],
        pictures=_pictures(context, audit),
        facts=_facts(audit) if audit else [],
        listings=_listings(audit) if audit else [],
    )
    return Section(both("What was it trained on?"), "data", panels(context, "data") + html, "numbers")


def _audit(context: Context) -> Mapping[str, Any]:
    """The audit in ``run.json``; empty where the run was made without one."""
    found: Mapping[str, Any] = context.info.get("audit") or {}
    return found if "exact_duplicates" in found else {}


def _warnings(audit: Mapping[str, Any]) -> list[Phrase]:
    spoken: dict[str, list[str]] = {}
    for name in LANGUAGES:
        with language(name):
            spoken[name] = [*audit_warnings(audit), *audit_notes(audit)]
    return [Phrase.of_texts(dict(zip(LANGUAGES, texts, strict=True))) for texts in zip(*spoken.values(), strict=True)]


def _pictures(context: Context, audit: Mapping[str, Any]) -> list[Markup]:
    sizes = {name: int(size) for name, size in context.info["splits"].items() if size}
    parts = [both("{split}: {n}", split=split_phrase(name), n=integer(size)) for name, size in sizes.items()]
    alt = both("Samples per split: {parts}.", parts=join(parts, "; "))
    pictures = [context.figure(lambda: split_sizes(sizes), alt)]
    classes: Mapping[str, Mapping[str, int]] = audit.get("classes") or {}
    if classes:
        counts = {split: [int(each.get(split, 0)) for each in classes.values()] for split in sizes}
        per_class = both("Samples of each class in each split.")
        pictures.append(context.figure(lambda: class_counts(counts, list(classes)), per_class))
    return pictures


def _facts(audit: Mapping[str, Any]) -> list[tuple[Phrase, str]]:
    facts = [(both("Samples"), integer(audit["samples"]))]
    sizes = audit.get("sizes")
    if sizes:
        facts += [(both(title), _size(sizes[key])) for key, title in _SIZES.items()]
        facts.append((both("Different sizes"), integer(sizes["distinct"])))
    deep = audit.get("range")
    if deep:
        limits = (integer(n) if n == int(n) else significant(n) for n in (deep["low"], deep["high"]))
        facts.append((both("Numbers that count as black and white"), " – ".join(limits)))
    if audit.get("groups"):
        facts.append((both("Groups that stay together"), integer(audit["groups"]["count"])))
    if audit.get("imbalance"):
        facts.append((both("Largest over smallest class (training)"), significant(audit["imbalance"])))
    table = audit.get("kind") == "table"
    if table:
        facts.append((both("Values that are missing"), integer(audit.get("missing", {"count": 0})["count"])))
        facts.append((both("Rows left out for missing values"), integer(audit.get("dropped_rows", 0))))
        facts.append((both("Columns that are the same in every row"), integer(audit["constant"]["count"])))
    else:
        facts.append((both("Files that could not be read"), integer(audit["unreadable"]["count"])))
        facts.append((both("Images of a single colour"), integer(audit["constant"]["count"])))
    facts.append((both("Exact copies within a split"), integer(sum(audit["exact_duplicates"]["within"].values()))))
    facts.append((both("Exact copies across splits"), integer(sum(audit["exact_duplicates"]["across"].values()))))
    if not table:
        facts.append((both("Nearly equal within a split"), integer(sum(audit["near_duplicates"]["within"].values()))))
        facts.append((both("Nearly equal across splits"), integer(sum(audit["near_duplicates"]["across"].values()))))
    return facts


def _size(pair: list[int]) -> str:
    height, width = pair
    return f"{height} × {width}"


def _listings(audit: Mapping[str, Any]) -> list[Listing]:
    unreadable = tuple(_unreadable(entry) for entry in audit["unreadable"]["files"][:_MOST_LISTED])
    found = [
        Listing(both("Files that could not be read"), unreadable),
        Listing(both("Exact copies"), _pairs(audit["exact_duplicates"])),
        Listing(both("Nearly equal images"), _pairs(audit["near_duplicates"])),
    ]
    return [one for one in found if one.lines]


def _unreadable(entry: Mapping[str, str]) -> Phrase:
    """A file and the reason, whose English is what the audit keeps."""
    reason = entry["reason"]
    return both("{file}: {reason}", file=entry["file"], reason=Phrase.of(lambda: _(reason) if reason else ""))


def _pairs(duplicates: Mapping[str, Any]) -> tuple[Phrase, ...]:
    lines = []
    for example in duplicates["examples"][:_MOST_LISTED]:
        sides = [
            both("{file} ({split})", file=file, split=split_phrase(split)) if split else plain(file)
            for file, split in zip(example["files"], example["splits"], strict=True)
        ]
        lines.append(join(sides, " = "))
    return tuple(lines)
