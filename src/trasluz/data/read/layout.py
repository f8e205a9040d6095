"""What the folders of an image collection mean: splits above, classes below, either or both or neither.

    cats/1.jpg  dogs/2.jpg                     classes
    train/cats/1.jpg  valid/dogs/2.jpg         splits and classes (``validation``, ``val``; ``test``)
    train/1.jpg  test/2.jpg                    splits
    1.jpg  2.jpg                               neither

Folders below a class belong to it.  One outer folder around all of this, as archives often have, is looked
through.  The same rules hold for folders on disk and inside archives.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trasluz.errors import DataError
from trasluz.messages import _, in_unicode, ngettext

SPLIT_NAMES = {"train": "train", "valid": "valid", "validation": "valid", "val": "valid", "test": "test"}
_ORDER = ("train", "valid", "test")


@dataclass(frozen=True)
class Layout:
    """``order``: positions of the given paths in the source's order (train, valid, test; then by path).

    ``labels`` and ``splits`` are in that order; ``None`` where the folders say nothing.
    """

    order: tuple[int, ...]
    labels: tuple[str, ...] | None
    splits: tuple[str, ...] | None


def read_layout(paths: Sequence[str], source: str) -> Layout:
    """The meaning of relative ``paths`` of image files (with ``/``); ``source`` is named in errors.

    Raises:
        DataError: some images of a split lie in class folders and others beside them.
    """
    parts = [tuple(path.split("/")) for path in paths]
    parts = _without_outer_folder(parts)
    splits = None
    if all(len(p) > 1 and p[0].lower() in SPLIT_NAMES for p in parts):
        splits = [SPLIT_NAMES[p[0].lower()] for p in parts]
        parts = [p[1:] for p in parts]
    labels = _classes(parts, source)
    keys = splits or ["train"] * len(parts)
    order = sorted(range(len(parts)), key=lambda i: (_ORDER.index(keys[i]), parts[i], paths[i]))
    return Layout(
        tuple(order),
        None if labels is None else tuple(labels[i] for i in order),
        None if splits is None else tuple(splits[i] for i in order),
    )


def _without_outer_folder(parts: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The paths below the folders that all of them share, as long as folders are left to be classes."""
    while parts and len({p[0] for p in parts}) == 1 and all(len(p) > 2 for p in parts):
        if parts[0][0].lower() in SPLIT_NAMES or not _several_below(parts):
            break
        parts = [p[1:] for p in parts]
    return parts


def _several_below(parts: list[tuple[str, ...]]) -> bool:
    """Whether the outer folder holds more than one folder, or splits."""
    below = {p[1] for p in parts}
    return len(below) > 1 or next(iter(below)).lower() in SPLIT_NAMES


def _classes(parts: list[tuple[str, ...]], source: str) -> list[str] | None:
    loose = sum(len(p) == 1 for p in parts)
    if loose == len(parts):
        return None
    if loose:
        raise DataError(
            ngettext(
                "{source}: {n} image lies beside the class folders; move it into one of them, or away.",
                "{source}: {n} images lie beside the class folders; move them into one of these, or away.",
                loose,
            ).format(source=source, n=loose)
        )
    return [in_unicode(p[0]) for p in parts]


def require_images(count: int, ignored: int, source: object) -> None:
    """Refuses a source without images.

    Raises:
        DataError: ``count`` is 0.
    """
    if count == 0:
        raise DataError(
            _(
                "{source}: there are no images here ({ignored} other files); give a folder or archive with PNG, JPEG, "
                "GIF, BMP, WebP, TIFF or PPM files, sorted into one folder per class if they have labels."
            ).format(source=source, ignored=ignored)
        )
