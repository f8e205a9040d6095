"""How a source was read, in sentences: what was passed over or read in part, and which table gave the labels.

Nothing to heed in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from trasluz.data.read.ignored import BARE, HIDDEN, SYSTEM
from trasluz.messages import N_, _, ngettext
from trasluz.numerals import integer

_KINDS = {SYSTEM: N_("system files"), HIDDEN: N_("hidden files"), BARE: N_("without a suffix")}
_MOST_NAMED = 8


def audit_notes(audit: Mapping[str, Any]) -> list[str]:
    """The same sentences for ``trasluz data check``, the first lines of a training and its report."""
    return [*_ignored(audit), *_table(audit), *_coarse(audit)]


def _ignored(audit: Mapping[str, Any]) -> Iterator[str]:
    kinds: Mapping[str, int] = audit.get("ignored_kinds") or {}
    if kinds:
        named = [f"{_(_KINDS[kind]) if kind in _KINDS else kind} {count}" for kind, count in kinds.items()]
        yield _("Files that are no images, and were ignored: {count} ({kinds}).").format(
            count=audit["ignored"], kinds=_some(named)
        )
    folders: Mapping[str, int] = audit.get("ignored_folders") or {}
    if folders:
        named = [name if count == 1 else f"{name} {count}" for name, count in folders.items()]
        yield _("Folders of the system or hidden ones, which were not looked into: {count} ({names}).").format(
            count=sum(folders.values()), names=_some(named)
        )


def _table(audit: Mapping[str, Any]) -> Iterator[str]:
    table = audit.get("table")
    if not table:
        return
    files = ", ".join(table["files"])
    if not table["used"]:
        yield _(
            "{files}: a table of these images, which is not used, as it is not certain that its labels are meant; to "
            "use it: --data {first}"
        ).format(files=files, first=table["files"][0])
        return
    if table["found"]:
        yield ngettext(
            "{files}: this table was found and gives the labels of {count} images.",
            "{files}: these tables were found and give the labels of {count} images.",
            len(table["files"]),
        ).format(files=files, count=table["images"])
    if table["unused_columns"]:
        yield _(
            "Columns of {files} that are not used: {columns}; for labels from one of them: --set data.label_column=…"
        ).format(files=files, columns=_some(table["unused_columns"]))


def _coarse(audit: Mapping[str, Any]) -> Iterator[str]:
    found = audit.get("coarse")
    if found:
        yield ngettext(
            "{n} image has colour of more than 8 bits, of which the upper 8 are read ({file}); of 16-bit PNG and "
            "TIFF all of them are.",
            "{n} images have colour of more than 8 bits, of which the upper 8 are read (such as {file}); of 16-bit "
            "PNG and TIFF all of them are.",
            found["count"],
        ).format(n=integer(found["count"]), file=found["files"][0])


def _some(names: list[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (_(" and {more} more").format(more=more) if more > 0 else "")
