"""In what two data differ, as far as their audits tell: how many samples, of which classes, of what shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trasluz.messages import _

_MOST = 3  # classes that are named


def differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """Parts of a sentence, joined: what ``now``, an audit, has instead of what ``before`` had.

    Where the audits tell no difference, the contents differ: some file or value was changed, and none added or lost.
    """
    parts = []
    if before.get("samples") != now["samples"] and "samples" in before:
        parts.append(_("{now} samples instead of {before}").format(now=now["samples"], before=before["samples"]))
    if before.get("shape", now["shape"]) != now["shape"]:
        parts.append(_("{now} instead of {before}").format(now=_shape(now), before=_shape(before)))
    if before.get("kind", now["kind"]) != now["kind"]:
        parts.append(_("{now} data instead of {before} data").format(now=now["kind"], before=before["kind"]))
    parts += _of_classes(_counts(before), _counts(now))
    return "; ".join(parts) or _("as many samples of the same classes, but not the same ones")


def _shape(audit: Mapping[str, Any]) -> str:
    return "×".join(str(side) for side in audit["shape"])


def _counts(audit: Mapping[str, Any]) -> dict[str, int]:
    """Samples of each class, in all splits together."""
    return {name: sum(splits.values()) for name, splits in audit.get("classes", {}).items()}


def _of_classes(before: Mapping[str, int], now: Mapping[str, int]) -> list[str]:
    parts = []
    for message, names in (
        (_("without the class {names}"), [name for name in before if name not in now]),
        (_("with the class {names}, which is new"), [name for name in now if name not in before]),
    ):
        if names:
            parts.append(message.format(names=_some(names)))
    changed = [name for name in before if name in now and before[name] != now[name]]
    told = _("{now} of {name} instead of {before}")
    parts += [told.format(now=now[name], name=name, before=before[name]) for name in changed[:_MOST]]
    if len(changed) > _MOST:
        parts.append(_("and {n} more classes of other sizes").format(n=len(changed) - _MOST))
    return parts


def _some(names: list[str]) -> str:
    more = len(names) - _MOST
    return ", ".join(names[:_MOST]) + (_(" and {more} more").format(more=more) if more > 0 else "")
