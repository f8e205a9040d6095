"""Which folders are the parts of a split: told by ``data.splits``, known by their names, or asked.

Names decide where they are certain: the words of ``SPLIT_NAMES`` alone; or a training and another part by any usual
name, whose folders hold largely the same classes.  Folders of other names that all hold folders of the same names
(``A/cat``, ``A/dog``, ``B/cat``, ``B/dog``) can be parts, or classes, or neither, so that the user is asked.  Names
that are made of a part and something else, each with each (``trainA``, ``trainB``, ``testA``, ``testB``), are parts of
domains where domains are asked for (``data.domains``), and asked otherwise.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NoReturn

from trasluz.data.read.split_names import SPLIT_NAMES, as_written, composed, part_of, parts_of
from trasluz.errors import DataError
from trasluz.messages import _, short
from trasluz.recipe import DataSection

Path = tuple[str, ...]
_SHARED = 0.5  # of the names of classes that two parts must have in common
_NAMED = 4


@dataclass(frozen=True)
class Parts:
    """The folders that are parts: their ``names``, each with its split, at the ``level`` of every path (0: the first).

    ``level`` is ``None`` where no folder is a part.  ``classes``: the class of each where the names of parts say that,
    too; empty where it is in other folders.
    """

    level: int | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    classes: Mapping[str, str] = field(default_factory=dict)

    def split_of(self, path: Path) -> str | None:
        """The split of a path; ``train`` where there are no parts, ``None`` for one in none of them."""
        if self.level is None:
            return "train"
        return self.names.get(path[self.level]) if len(path) > self.level + 1 else None

    def below(self, path: Path) -> Path:
        """The path without the folder that is a part."""
        return path if self.level is None else path[: self.level] + path[self.level + 1 :]


def find_splits(paths: Sequence[Path], source: str, section: DataSection) -> Parts:
    """The folders of ``paths`` that are parts of a split.

    Raises:
        DataError: they can be read in several ways, or ``data.splits`` names what is not there.
    """
    given = section.splits.given()
    if given:
        return _told(paths, source, given)
    tops = _below(paths)
    if len(tops) == 0 or any(len(p) == 1 for p in paths):
        return Parts()
    lower = {name: SPLIT_NAMES[name.lower()] for name in tops if name.lower() in SPLIT_NAMES}
    if len(lower) == len(tops):
        return Parts(0, lower)
    if section.domains and section.class_folder is None and _paired(tops):
        return _of_domains(tops)
    found = parts_of(tops)
    if _several(found.values()):
        if len(found) == len(tops) and _alike(found, tops) and _once_each(found):
            return Parts(0, found)
        if section.class_folder is None and (len(found) == len(tops) or _alike(found, tops)):
            _ask(source, tops)
    inner = parts_of({name for below in tops.values() for name in below or ()})
    if _several(inner.values()) and all(below and below <= inner.keys() for below in tops.values()):
        return Parts(1, inner)
    if section.class_folder is None and (_same_below(tops) or _paired(tops)):
        _ask(source, tops)
    return Parts()


def _below(paths: Sequence[Path]) -> dict[str, set[str]]:
    """The names of the folders in each of the first folders; nothing for one that also holds images of its own."""
    tops: dict[str, set[str]] = {}
    mixed = {p[0] for p in paths if len(p) == 2}
    for path in paths:
        below = tops.setdefault(path[0], set())
        if len(path) > 2 and path[0] not in mixed:
            below.add(path[1])
    return tops


def _several(parts: Iterable[str | None]) -> bool:
    """Whether there is a training part and another."""
    found = set(parts)
    return "train" in found and len(found) > 1


def _once_each(found: Mapping[str, str]) -> bool:
    """Whether no split has two folders, other than numbered ones (``train1``, ``train2``)."""
    words = {(split, part_of(name)) for name, split in found.items()}
    return len(words) == len(set(found.values()))


def _alike(found: Mapping[str, str], tops: Mapping[str, set[str]]) -> bool:
    """Whether the parts largely hold the same folders as training does, or none has any; a test may be without."""
    train = set().union(*(tops[name] for name, split in found.items() if split == "train"))
    for name, split in found.items():
        below = tops[name] - {name}
        own = train - {n for n, s in found.items() if s == "train"}
        if split == "train" or (not below and (split == "test" or not own)):
            continue
        if not below or not own or len(below & own) < _SHARED * min(len(below), len(own)):
            return False
    return True


def _same_below(tops: Mapping[str, set[str]]) -> bool:
    """Whether several folders hold nothing but folders, of at least two names, largely the same in all."""
    if len(tops) < 2 or not all(tops.values()):
        return False
    shared = set.intersection(*tops.values())
    return len(shared) > 1 and len(shared) >= _SHARED * len(set.union(*tops.values()))


def _paired(tops: Mapping[str, set[str]]) -> bool:
    """Whether names are made of a part and something else, each with each: ``trainA``, ``trainB``, ``testA``, …"""
    found = [part_of(name) for name in tops]
    pairs = {(one.part, one.other) for one in found if one is not None}
    parts, others = {part for part, _other in pairs}, {other for _part, other in pairs}
    whole = len(pairs) == len(tops) == len(parts) * len(others)
    return whole and "train" in parts and len(parts) > 1 and len(others) > 1


def _of_domains(tops: Iterable[str]) -> Parts:
    """The parts of domains whose folders are ``_paired``; a domain is called what its training folder says beside."""
    told = {name: part for name in tops if (part := part_of(name)) is not None}
    given = {part.part for part in told.values()}
    evaluation = "test" if "valid" in given else "valid"
    domains = {part.other: as_written(name, part.other) for name, part in told.items() if part.part == "train"}
    return Parts(
        0,
        {name: evaluation if part.part == "eval" else part.part for name, part in told.items()},
        {name: domains[part.other] for name, part in told.items()},
    )


def _told(paths: Sequence[Path], source: str, given: Mapping[str, str]) -> Parts:
    """The folders that ``data.splits`` names, wherever all of them are."""
    names = {composed(name).strip("/"): split for split, name in given.items()}
    for level in (0, 1):
        there = {p[level] for p in paths if len(p) > level + 1}
        if names.keys() <= there:
            return Parts(level, names)
    tops = sorted({p[0] for p in paths if len(p) > 1})
    missing = next(iter(names.keys() - set(tops)), next(iter(names)))
    message = _("data.splits: {source} has no folder {name}; it has {folders}.")
    folders = _list(tops) or _("no folders")
    raise DataError(message.format(source=source, name=missing, folders=folders))


def _guessed(tops: Sequence[str]) -> dict[str, str]:
    """A folder for each split as an example, by what their names say."""
    said = {name: part.part.replace("eval", "valid") for name in tops if (part := part_of(name)) is not None}
    free = [name for name in tops if name not in said]
    chosen: dict[str, str] = {}
    for split in ("train", "valid", "test"):
        fitting = [name for name, part in said.items() if part == split]
        if not fitting and (split == "train" or (split == "test" and len(chosen) < 2)):
            fitting = free
        if fitting:
            chosen[split] = fitting[0]
            free = [name for name in free if name != fitting[0]]
    return chosen


def _ask(source: str, tops: Mapping[str, set[str]]) -> NoReturn:
    """Refuses, with every reading and its setting."""
    chosen = _guessed(sorted(tops))
    settings = " ".join(f"--set {shlex.quote(f'data.splits.{split}={name}')}" for split, name in chosen.items())
    message = _(
        "{source}: the folders {tops} can be parts of a split or classes, and their names do not tell; if they are "
        "parts, say which: {splits}; if they are the classes: --set data.class_folder=outer"
    )
    told = message.format(source=source, tops=_list(sorted(tops)), splits=settings)
    if all(tops.values()):
        inner = _("; if the folders in them ({names}) are the classes, without given parts: {setting}")
        names = _list(sorted(set().union(*tops.values())))
        told += inner.format(names=names, setting="--set data.class_folder=inner")
    raise DataError(told + ".")


def _list(names: Sequence[str]) -> str:
    more = _(" and {more} more").format(more=len(names) - _NAMED) if len(names) > _NAMED else ""
    return ", ".join(map(short, names[:_NAMED])) + more
