"""What an audit says of groups: of those in force, which splits cut them; of likely ones, what a random split hides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from trasluz.data.data import Data
from trasluz.messages import _, ngettext, short
from trasluz.numerals import integer, percent


def describe_groups(data: Data, groups: np.ndarray, alone: int) -> dict[str, Any]:
    """Of ``groups`` int64 ``[n]`` that are in force; ``alone``: samples without a name of a group.

    The keys: ``count``, ``samples``, ``alone``, ``smallest``, ``median`` and ``largest`` (sizes), ``splits``
    {split: groups with samples in it}, ``across`` {"train/valid": groups with samples in both}.
    """
    sizes = np.unique(groups, return_counts=True)[1]
    inside = {name: np.unique(groups[rows]) for name, rows in data.splits.items()}
    names = list(inside)
    pairs = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :]]
    return {
        "count": len(sizes),
        "samples": len(groups),
        "alone": alone,
        "smallest": int(sizes.min(initial=len(groups))),
        "median": int(np.median(sizes)) if len(sizes) else 0,
        "largest": int(sizes.max(initial=0)),
        "splits": {name: len(found) for name, found in inside.items()},
        "across": {f"{a}/{b}": len(np.intersect1d(inside[a], inside[b])) for a, b in pairs},
    }


def group_facts(audit: Mapping[str, Any]) -> Iterator[str]:
    """How many groups there are, where groups are in force."""
    groups = audit.get("groups")
    if groups:
        parts = ", ".join(f"{name} {integer(count)}" for name, count in groups["splits"].items())
        message = _("{count} groups of {smallest} to {largest} samples: {splits}")
        told = {name: integer(groups[name]) for name in ("count", "smallest", "largest")}
        yield message.format(splits=parts, **told)


def group_warnings(audit: Mapping[str, Any], split_name: Mapping[str, str]) -> Iterator[str]:
    """Sentences about groups that are cut, or that a random split would cut; ``split_name`` says splits in words."""
    if audit.get("groups"):
        yield from _about_groups(audit["groups"], split_name)
    elif audit.get("likely_groups"):
        yield from _about_likely(audit["likely_groups"], audit["splits"], split_name)
    elif any(audit["near_duplicates"]["across"].get(f"train/{name}") for name in audit.get("made_splits", ())):
        yield _("Nearly equal images stay on one side of a split with --set data.group.near_duplicates=true.")


def _about_groups(groups: Mapping[str, Any], split_name: Mapping[str, str]) -> Iterator[str]:
    for splits, count in groups["across"].items():
        if count:
            first, second = (split_name.get(name, name) for name in splits.split("/"))
            message = _(
                "{count} of {all} groups have both {first} and {second} samples, because the source's own splits cut "
                "them: numbers on {second} samples tell how well known groups are recognised, not new ones."
            )
            yield message.format(count=count, all=groups["count"], first=first, second=second)
    if groups["alone"]:
        message = ngettext(
            "{count} sample has no name of a group (an empty cell, or a name that does not fit) and is a group of its "
            "own.",
            "{count} samples have no name of a group (an empty cell, or a name that does not fit) and are each a group "
            "of their own.",
            groups["alone"],
        )
        yield message.format(count=groups["alone"])


def _about_likely(found: Mapping[str, Any], sizes: Mapping[str, int], split_name: Mapping[str, str]) -> Iterator[str]:
    message = _(
        "Likely groups: {count} series of about {median} images, such as {group} ({file}). For {alike} of the images "
        "the most similar one of their class is of their own series (by chance {chance})."
    )
    told = {"group": short(str(found["example"]["group"])), "file": short(str(found["example"]["file"]), 200)}
    told |= {"alike": percent(found["alike"]), "chance": percent(found["chance"])}
    sentence = message.format(count=integer(found["count"]), median=integer(found["median"]), **told)
    yield " ".join([sentence, *_what_is_hidden(found, sizes, split_name)])


def _what_is_hidden(found: Mapping[str, Any], sizes: Mapping[str, int], split_name: Mapping[str, str]) -> Iterator[str]:
    """How many samples of each split have relatives in training, and what to do about it."""
    for name, shared in found["shared"].items():
        if shared and sizes.get(name):
            message = _(
                "{shared} of {all} {split} samples have others of their series in training, so that they flatter the "
                "network: on a new series it is likely to be worse."
            )
            yield message.format(shared=integer(shared), all=integer(sizes[name]), split=split_name.get(name, name))
    setting = found["setting"]
    if found.get("made") or not found["shared"]:
        yield _("Keep each series on one side of every split: --set '{setting}'.").format(setting=setting)
    else:
        yield _(
            "The source gives these splits itself; make them by whole series, and look with --set '{setting}' at what "
            "they cut."
        ).format(setting=setting)
