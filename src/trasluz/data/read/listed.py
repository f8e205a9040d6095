"""From the image files of a folder or archive to their listing: what their folders mean, or what a table says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from trasluz.data.read.decode import Content
from trasluz.data.read.ignored import Ignored
from trasluz.data.read.layout import Layout, read_layout
from trasluz.data.read.raw import Labels, Listing, Unreadable
from trasluz.data.read.split_names import composed
from trasluz.data.read.table_beside import TableBeside
from trasluz.recipe import DataSection

Contents = Callable[[tuple[str, ...]], Iterator[tuple[int, Content]]]


@dataclass(frozen=True)
class Found:
    """What lies in a folder or archive called ``source``: images by relative path, and the rest."""

    source: str
    images: tuple[str, ...]
    ignored: Ignored
    unreadable: Unreadable
    empty_folders: tuple[str, ...]


def list_images(
    found: Found, contents: Contents, section: DataSection | None, table: TableBeside | None = None
) -> Listing:
    """The listing of ``found``, where ``contents`` gives the bytes of the files that it names.

    Without a ``section`` all images are listed by path, and nothing is said about them.

    Raises:
        DataError: the meaning of the folders must be asked.
    """
    if section is None:
        layout = Layout(tuple(sorted(range(len(found.images)), key=lambda i: composed(found.images[i]))), None, None)
    else:
        layout = read_layout(found.images, found.source, section, found.empty_folders)
    names = tuple(found.images[i] for i in layout.order)
    labels: Labels | None = layout.labels
    classes, splits, several = layout.empty, layout.splits, False
    ignored = found.ignored.without(table.names_inside) if table and table.used else found.ignored
    told: dict[str, Any] = {**ignored.to_dict(), **_told(layout)}
    unreadable = [(composed(name), reason) for name, reason in found.unreadable]
    if table is not None:
        told["table"] = table.told(names)
        if table.used:
            labels, classes, several = table.labels_of(names), (), table.rows.several
            splits = table.splits_of(names) or splits
            unreadable += table.missing
            told = {name: value for name, value in told.items() if name not in ("merged", "loose")}
    return Listing(
        tuple(map(composed, names)),
        partial(contents, names),
        labels,
        classes,
        multi_label=several,
        splits=splits,
        ignored=ignored.count,
        told=told,
        unreadable=tuple(unreadable),
    )


def _told(layout: Layout) -> dict[str, Any]:
    """What the audit says of the folders."""
    told: dict[str, Any] = {}
    if layout.merged is not None:
        told["merged"] = asdict(layout.merged)
    if layout.loose:
        told["loose"] = layout.loose
    if layout.left_out:
        told["left_out"] = layout.left_out
    return told
