"""What an audit gives reason to look into, in sentences; the same ones for ``trasluz data check`` and the report."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from trasluz.data.describe.audit_groups import group_warnings
from trasluz.data.describe.depth import dim_sentence
from trasluz.messages import N_, _, ngettext
from trasluz.numerals import numeral

_IMBALANCED = 3.0
_FEW = 200
_MOST_NAMED = 5
_SPLITS = {"train": N_("training"), "valid": N_("validation"), "test": N_("test")}


def audit_warnings(audit: Mapping[str, Any]) -> list[str]:
    """Sentences about what ``audit`` found, the gravest first; empty when there is nothing to say."""
    parts = (_unreadable, _folders, _copied, _grouped, _class_gaps, _small_splits, _dim, _generated, _blemishes)
    return [sentence for part in parts for sentence in part(audit)]


def _unreadable(audit: Mapping[str, Any]) -> Iterator[str]:
    count = audit["unreadable"]["count"]
    if count:
        named = [f"{entry['file']} ({_(entry['reason'])})" for entry in audit["unreadable"]["files"]]
        message = _("Files that could not be read and were left out: {count}, {files}.")
        if audit["unreadable"].get("refused"):
            message = _(
                "Files that cannot be read: {count}, {files}; training refuses data with such files: remove them, or "
                "leave them out with --set data.allow_unreadable=true."
            )
        yield message.format(count=count, files=_some(named, count))


def _folders(audit: Mapping[str, Any]) -> Iterator[str]:
    """How folders were understood, where they could have been meant otherwise."""
    loose, merged, left_out = audit.get("loose"), audit.get("merged"), audit.get("left_out")
    if loose:
        yield ngettext(
            "{n} image lies beside folders, so that the folders are no classes and no image has a label; for labels, "
            "move it into one of the folders, or away.",
            "{n} images lie beside folders, so that the folders are no classes and no image has a label; for labels, "
            "move them into the folders, or away.",
            loose,
        ).format(n=loose)
    if merged:
        yield ngettext(
            "{images} images lie in {n} folder below those of the classes ({first}), and belong to the class above; if "
            "the inner folders are the classes: --set data.class_folder=inner",
            "{images} images lie in {n} folders below those of the classes (such as {first}), and belong to the class "
            "above; if the inner folders are the classes: --set data.class_folder=inner",
            merged["folders"],
        ).format(n=merged["folders"], images=merged["images"], first=merged["first"])
    if left_out:
        yield _("Images in none of the folders that data.splits names, which are left out: {count}.").format(
            count=left_out
        )


def _copied(audit: Mapping[str, Any]) -> Iterator[str]:
    for kind, sentence in (
        (
            "exact_duplicates",
            _(
                "{count} of {all} {second} samples are exact copies of {first} samples: "
                "a share of right answers on {second} may be up to {points} points too high."
            ),
        ),
        (
            "near_duplicates",
            _(
                "{count} of {all} {second} samples are nearly the same as {first} samples: "
                "a share of right answers on {second} may be up to {points} points too high."
            ),
        ),
    ):
        for splits, count in audit[kind]["across"].items():
            first, second = splits.split("/")
            if count:
                points = f"{100 * count / audit['splits'][second]:.2g}"
                names = {"first": _split(first), "second": _split(second)}
                yield sentence.format(count=count, all=audit["splits"][second], points=points, **names)
    for name, count in audit["exact_duplicates"]["within"].items():
        if count:
            yield _("{count} of {all} {split} samples repeat another {split} sample exactly, and count twice.").format(
                count=count, all=audit["splits"][name], split=_split(name)
            )
    for name, count in audit["near_duplicates"]["within"].items():
        if count:
            yield _(
                "{count} of {all} {split} samples are nearly the same as another {split} sample: there is less to "
                "learn from them, or to measure with, than their number says."
            ).format(count=count, all=audit["splits"][name], split=_split(name))


def _grouped(audit: Mapping[str, Any]) -> Iterator[str]:
    return group_warnings(audit, {name: _split(name) for name in audit["splits"]})


def _class_gaps(audit: Mapping[str, Any]) -> Iterator[str]:
    for name, missing in audit["missing_classes"].items():
        named = _some(missing, len(missing))
        if name == "train":
            yield _("No training sample is of class {classes}: the network cannot learn it.").format(classes=named)
        elif audit["splits"][name]:
            yield _("No {split} sample is of class {classes}: nothing is measured for it.").format(
                split=_split(name), classes=named
            )
    for name, count in audit["unlabelled"].items():
        if count:
            yield _("{count} of {all} {split} samples have no label.").format(
                count=count, all=audit["splits"][name], split=_split(name)
            )
    if len(audit["classes"]) == 1:
        yield _("All samples are of one class: a classifier has nothing to tell apart.")
    if (audit["imbalance"] or 0) >= _IMBALANCED:
        yield _(
            "The largest class has {ratio} times as many training samples as the smallest; "
            "data.balance=weights or data.balance=sampling makes up for it."
        ).format(ratio=numeral(f"{audit['imbalance']:.1f}"))


def _small_splits(audit: Mapping[str, Any]) -> Iterator[str]:
    """A small measure is an uncertain one: the half-width of a 95 % interval of an accuracy of one half."""
    for name in ("valid", "test"):
        count = audit["splits"].get(name, 0)
        if 0 < count < _FEW:
            points = 100 * 1.96 * math.sqrt(0.25 / count)
            yield ngettext(
                "There is only {count} {split} sample: a share measured on it can be off by {points:.0f} points.",
                "There are only {count} {split} samples: a share measured on them can be off by {points:.0f} points.",
                count,
            ).format(split=_split(name), count=count, points=points)


def _dim(audit: Mapping[str, Any]) -> Iterator[str]:
    """A few bright pixels, such as a camera's hot ones, make all others dark."""
    sentence = dim_sentence(audit.get("range"))
    if sentence:
        yield sentence


def _generated(audit: Mapping[str, Any]) -> Iterator[str]:
    found = audit.get("generated") or {"count": 0}
    if found["count"]:
        yield _("Images that say of themselves that a network made them: {count}, {files}.").format(
            count=found["count"], files=_some(found["files"], found["count"])
        )


def _blemishes(audit: Mapping[str, Any]) -> Iterator[str]:
    constant, missing = audit["constant"], audit.get("missing", {"count": 0})
    if audit.get("dropped_rows"):
        yield _("Rows that lack a value and were left out: {count}.").format(count=audit["dropped_rows"])
    if missing["count"]:
        named = [f"{name} ({count})" for name, count in missing["columns"].items()]
        yield _("Missing values: {count}, in {columns}; the mean of the training rows stands in for them.").format(
            count=missing["count"], columns=_some(named, len(named))
        )
    if audit.get("contradictions"):
        yield _("{count} samples are exact copies of samples with another label: no model can be right on all.").format(
            count=audit["contradictions"]
        )
    if constant["count"] and audit.get("kind") == "table":
        yield _("Columns that are the same in every row, and tell nothing: {columns}.").format(
            columns=_some(constant["examples"], constant["count"])
        )
    elif constant["count"]:
        yield _("Images of a single colour: {count}, {files}.").format(
            count=constant["count"], files=_some(constant["examples"], constant["count"])
        )


def _split(name: str) -> str:
    """What a split is called in sentences."""
    return _(_SPLITS[name]) if name in _SPLITS else name


def _some(names: list[str], count: int) -> str:
    """The first few names, and how many more there are."""
    shown = ", ".join(names[:_MOST_NAMED])
    more = count - min(len(names), _MOST_NAMED)
    return shown + _(" and {more} more").format(more=more) if more else shown
