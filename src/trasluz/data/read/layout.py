"""What the folders of an image collection mean: splits above, classes below, either or both or neither.

    cats/1.jpg  dogs/2.jpg                     classes
    train/cats/1.jpg  valid/dogs/2.jpg         splits and classes (what parts are called is in ``split_names``)
    cats/train/1.jpg  dogs/valid/2.jpg         the same, the other way round
    train/1.jpg  test/2.jpg                    splits
    trainA/1.jpg  testA/2.jpg  trainB/3.jpg …  splits and domains, where domains are asked for
    1.jpg  2.jpg                               neither
    1.jpg  more/2.jpg                          neither, and the images beside the folders are counted

Folders below a class belong to it, which is counted too.  One outer folder around all of this, as archives often have,
is looked through.  What could as well be the one as the other is asked (``which_splits``).  The same rules hold for
folders on disk and inside archives.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trasluz.data.read.split_names import SPLIT_NAMES, composed
from trasluz.data.read.which_splits import Parts, find_splits
from trasluz.errors import DataError
from trasluz.messages import _
from trasluz.recipe import DataSection

_ORDER = ("train", "valid", "test")


@dataclass(frozen=True)
class Merged:
    """Folders below those of classes: how many, with how many images, and the first of them."""

    folders: int
    images: int
    first: str


@dataclass(frozen=True)
class Layout:
    """``order``: positions of the given paths in the source's order (train, valid, test; then by path).

    ``labels`` and ``splits`` are in that order; ``None`` where the folders say nothing, and a label is ``None`` where
    the images of a test lie in no folder of a class.  ``empty``: classes whose folders hold nothing.  ``loose``: images
    beside folders, where these are therefore no classes.  ``left_out``: images in none of the folders of
    ``data.splits``, which are not in ``order``.
    """

    order: tuple[int, ...]
    labels: tuple[str | None, ...] | None
    splits: tuple[str, ...] | None
    empty: tuple[str, ...] = ()
    merged: Merged | None = None
    loose: int = 0
    left_out: int = 0


def read_layout(
    paths: Sequence[str], source: str, section: DataSection | None = None, empty_folders: Sequence[str] = ()
) -> Layout:
    """The meaning of relative ``paths`` of image files (with ``/``); ``source`` is named in errors.

    ``section`` says how folders are to be read, where that is not left to their names.  ``empty_folders`` are the paths
    of those that hold no file.

    Raises:
        DataError: folders can be read as parts of a split or as classes, or ``data.splits`` names none of them.
    """
    section = section or DataSection()
    parts = [tuple(composed(path).split("/")) for path in paths]
    outer = _outer_folders(parts)
    prefix = parts[0][:outer] if parts else ()
    parts = [p[outer:] for p in parts]
    found = find_splits(parts, source, section)
    splits = [found.split_of(p) for p in parts]
    kept = [i for i, split in enumerate(splits) if split is not None]
    kept.sort(key=lambda i: (_ORDER.index(splits[i] or "train"), parts[i], paths[i]))
    below = [_below(parts[i], found) for i in kept]
    labels, loose = _classes(below, [splits[i] for i in kept], section)
    if found.classes:
        labels, loose = [found.classes[parts[i][0]] for i in kept], 0
    named = labels is not None and section.class_folder != "inner" and not found.classes
    return Layout(
        tuple(kept),
        None if labels is None else tuple(labels),
        tuple(splits[i] or "train" for i in kept) if found.level is not None else None,
        _empty(empty_folders, prefix, found, set(labels or ())) if named else (),
        _merged(below) if named else None,
        loose,
        len(paths) - len(kept),
    )


def _outer_folders(parts: list[tuple[str, ...]]) -> int:
    """How many folders all paths share that can be looked through, with folders left below to be classes."""
    outer = 0
    while parts and len({p[outer] for p in parts}) == 1 and all(len(p) > outer + 2 for p in parts):
        below = {p[outer + 1] for p in parts}
        if parts[0][outer].lower() in SPLIT_NAMES or (len(below) == 1 and next(iter(below)).lower() not in SPLIT_NAMES):
            break
        outer += 1
    return outer


def _below(path: tuple[str, ...], found: Parts) -> tuple[str, ...]:
    """The path without the folder of its part, and without its like in it: archives unpack ``test/test/cat``."""
    below = found.below(path)
    return below[1:] if found.level == 0 and len(below) > 1 and below[0] == path[0] else below


def _classes(
    parts: list[tuple[str, ...]], splits: list[str | None], section: DataSection
) -> tuple[list[str | None] | None, int]:
    """A class per path, or none at all; and how many images lie beside folders where that is the reason."""
    loose = [len(p) == 1 for p in parts]
    if all(loose):
        return None, 0
    in_test = [one for one, split in zip(loose, splits, strict=True) if split == "test"]
    if any(loose) and not (all(in_test) and sum(in_test) == sum(loose)):
        return None, sum(loose)
    at = -2 if section.class_folder == "inner" else 0
    return [None if one else p[at] for one, p in zip(loose, parts, strict=True)], 0


def _empty(folders: Sequence[str], prefix: tuple[str, ...], found: Parts, classes: set[str | None]) -> tuple[str, ...]:
    """The classes among folders without any file: those that lie where classes do."""
    names = set()
    for folder in folders:
        path = tuple(composed(folder).split("/"))
        if path[: len(prefix)] == prefix:
            names.add(_class_of(path[len(prefix) :], found))
    return tuple(sorted(name for name in names - classes if name and name.lower() not in SPLIT_NAMES))


def _class_of(folder: tuple[str, ...], found: Parts) -> str | None:
    """The class whose folder this is, if it is one."""
    if len(folder) == 1:
        return None if found.level == 0 else folder[0]
    if len(folder) != 2 or found.level is None or folder[found.level] not in found.names:
        return None
    return folder[1 - found.level]


def _merged(below: list[tuple[str, ...]]) -> Merged | None:
    """Folders below those of classes."""
    deeper = [p for p in below if len(p) > 2]
    if not deeper:
        return None
    folders = sorted({p[:-1] for p in deeper})
    return Merged(len(folders), len(deeper), "/".join(folders[0]))


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
