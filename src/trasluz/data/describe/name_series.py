"""Ways in which the names of files may say what belongs together: each a setting that ``data.group`` takes.

Only names are looked at here; whether the images of such a group are alike is for ``likeness`` to say.  Names are cut
where digits, letters and other characters meet; each beginning of the usual kinds of names, up to such a place, is one
way (``video3_frame0012.png``: ``(video#)_frame#``), and so is each folder, and each column of a manifest.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from trasluz.data.read.table_columns import is_missing
from trasluz.data.split.groups import names_in_paths
from trasluz.recipe.data import GroupSection

Names = Sequence[str | None]

_PIECE = re.compile(r"[0-9]+|[^\W\d_]+|[\W_]+")
_LOOKED_AT = 500  # names, evenly spread, from which patterns are made
_KINDS = 3  # of names, the most frequent
_FOLDERS = 4  # levels
_MOST_PIECES = 12
_MOST_COLUMNS = 20
_FITTING = 0.8  # of the samples must have a group


def ways_to_group(files: Sequence[str], cells: Mapping[str, Sequence[str]]) -> list[tuple[GroupSection, Names]]:
    """Each setting with the group that it gives each file (``None``: none); those that group nothing are left out."""
    found: list[tuple[GroupSection, Names]] = []
    for section in (*_folders(files), *_patterns(files)):
        found.append((section, names_in_paths(files, section)))
    for column in list(cells)[:_MOST_COLUMNS]:
        values = [None if is_missing(cell) else cell for cell in cells[column]]
        found.append((GroupSection(column=column), values))
    return [(section, names) for section, names in found if _groups_something(names)]


def _groups_something(names: Names) -> bool:
    """Whether most samples have a group, there are several, and a usual one has more than one sample."""
    sizes = Counter(name for name in names if name is not None)
    fitting = sizes.total()
    if len(sizes) < 2 or fitting < _FITTING * len(names):
        return False
    return sum(size for size in sizes.values() if size > 1) > fitting / 2


def _folders(files: Sequence[str]) -> list[GroupSection]:
    depth = min(max((file.count("/") for file in files), default=0), _FOLDERS)
    return [GroupSection(folder=level) for level in range(1, depth + 1)]


def _patterns(files: Sequence[str]) -> list[GroupSection]:
    """Beginnings of the most frequent kinds of names, the longest last."""
    step = max(len(files) // _LOOKED_AT, 1)
    stems = [_stem(file) for file in files[::step]]
    cut = [_PIECE.findall(stem)[:_MOST_PIECES] for stem in stems]
    kinds = Counter(tuple(_sign(piece) for piece in pieces) for pieces in cut)
    texts: dict[str, None] = {}
    for kind, _count in kinds.most_common(_KINDS):
        alike = [pieces for pieces in cut if tuple(_sign(piece) for piece in pieces) == kind]
        signs = [_general(list(column)) for column in zip(*alike, strict=True)]
        texts.update(dict.fromkeys(_beginnings(signs)))
    return [GroupSection(pattern=text) for text in texts if _readable(text)]


def _stem(file: str) -> str:
    """The file's name without its suffix."""
    name = file.rsplit("/", 1)[-1]
    stem, point, _suffix = name.rpartition(".")
    return stem if point else name


def _sign(piece: str) -> str:
    """Digits and letters by their kind, what stands between them as it is."""
    return "#" if piece[0] in "0123456789" else "a" if piece[0].isalpha() else piece


def _general(column: list[str]) -> str:
    """What stands for one piece in all names of a kind."""
    if _sign(column[0]) == "#":
        return "#"
    same = len(set(column)) == 1
    return re.sub(r"[()#*?/]", "?", column[0]) if same else "*"


def _beginnings(signs: Sequence[str]) -> list[str]:
    """Patterns of which the group is the first pieces, and what follows the next one or two, to know where it ends.

    A group needs something that can differ; what only parts it from the next piece belongs to neither.
    """
    found = []
    for end in range(1, len(signs)):
        group, rest = signs[:end], signs[end:]
        if not {"#", "*"} & set(group) or not any(sign in "#*" for sign in rest):
            continue
        if group[-1] not in ("#", "*") and not group[-1].isalpha():  # ends in what only parts pieces
            continue
        # Letters after digits need no naming: a # takes all digits and no more.
        follows = "" if rest[0] == "*" else rest[0] + (rest[1] if len(rest) > 1 and rest[1] == "#" else "")
        found.append(f"({''.join(group)}){follows}")
    return found


def _readable(text: str) -> bool:
    try:
        GroupSection(pattern=text)
    except ValueError:
        return False
    return True
