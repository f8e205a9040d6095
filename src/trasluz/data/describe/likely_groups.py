"""Likely groups: series of images that belong together, as their names say and their pixels confirm.

Names alone prove nothing: ``cat.1.jpg`` to ``cat.1000.jpg`` are one series and no film.  So a way to group counts only
where the image most like a given one is of the same group far more often than by chance (``likeness``).
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import yaml

from trasluz.data.data import Data
from trasluz.data.describe.fingerprint import fingerprint_of_facts
from trasluz.data.describe.likeness import Likeness, Likenesses
from trasluz.data.describe.name_series import Names, ways_to_group
from trasluz.data.read.cache import remembered
from trasluz.data.split.groups import number
from trasluz.messages import _
from trasluz.recipe.data import GroupSection
from trasluz.recipe.text import read_yaml
from trasluz.reporting import Reporter, Task

_VERSION = 1  # of what is remembered
_LEAST_SHARE = 0.3  # of images whose most similar one is of their group; photographs of one breed or place reach 0.1
_LEAST_RATIO = 3.0  # of that share to what it would be by chance
_SURE = 4.0  # standard deviations that it must be above chance
_MOST_NEARNESS = 0.2  # of images without labels, whose names may tell their kind: digits of one kind have 0.3
_LEAST_IMAGES = 30


def likely_groups(
    data: Data, cells: Mapping[str, Sequence[str]], copies: np.ndarray, reporter: Reporter
) -> dict[str, Any] | None:
    """The way to group that names suggest and pixels confirm, with its numbers; ``None`` where there is none.

    ``cells``: texts by column of a manifest; ``copies`` int64 ``[n]`` of ``exact_groups``.  The keys: ``setting``
    (what ``--set`` takes), ``count`` of groups, ``median`` of their sizes, ``example`` {file, group}, ``alike`` and
    ``chance`` (shares of images whose most similar one of their class is of their group), ``shared`` {split: samples
    that have others of their group in training}.
    """
    if data.kind != "image" or data.files is None or len(data.files) < _LEAST_IMAGES:
        return None
    ways = ways_to_group(data.files, cells)
    if not ways:
        return None
    texts = {name: list(values) for name, values in cells.items()}
    key = fingerprint_of_facts([data.fingerprint, data.files, texts])

    def compute() -> dict[str, np.ndarray]:
        with reporter.task(_("Looking for groups"), len(ways)) as task:
            found = _confirmed(
                ways,
                Likenesses(data.samples, _strata(data), copies),
                math.inf if data.labels is not None else _MOST_NEARNESS,
                task,
            )
        return {"found": np.array(json.dumps(found))}

    kept = json.loads(str(remembered(data.name, key, f"likely-groups-{_VERSION}", compute)["found"]))
    if kept is None:
        return None
    index, alike, chance = kept
    section, names = ways[int(index)]
    return _described(data, section, names, float(alike), float(chance))


def _strata(data: Data) -> np.ndarray:
    """A number per sample: its class, or set of classes."""
    if data.labels is None:
        return np.zeros(len(data.samples), np.int64)
    strata: np.ndarray = np.unique(data.labels, axis=0, return_inverse=True)[1]
    return strata.reshape(-1)


def _confirmed(
    ways: Sequence[tuple[GroupSection, Names]], likenesses: Likenesses, most_nearness: float, task: Task
) -> tuple[int, float, float] | None:
    """The position of the best way, with its share and chance.

    From the finest on; a coarser one takes its place where images of its groups are alike beyond the finer groups: all
    takes of one film rather than each take.
    """
    numbers = [_numbers(names) for _section, names in ways]
    order = sorted(range(len(ways)), key=lambda i: (-_count(numbers[i]), i))
    best: tuple[int, float, float] | None = None
    seen: set[bytes] = set()
    for index in order:
        groups = numbers[index]
        task.advance()
        if groups.tobytes() in seen:  # the same groups in other words
            continue
        seen.add(groups.tobytes())
        found = likenesses.within(groups)
        if found is None or found.nearness > most_nearness or not _clear(found):
            continue
        if best is not None:
            beyond = likenesses.within(groups, numbers[best[0]])
            if beyond is None or not _clear(beyond):
                continue
        best = (index, found.share, found.chance)
    return best


def _numbers(names: Names) -> np.ndarray:
    """Int64 ``[n]``: the group of each, in the order of their first samples; −1 for none."""
    groups = number(names).numbers.copy()
    groups[[name is None for name in names]] = -1
    return groups


def _count(groups: np.ndarray) -> int:
    return len(np.unique(groups[groups >= 0]))


def _clear(found: Likeness) -> bool:
    """Whether images are alike within groups, and not by chance."""
    if found.count < _LEAST_IMAGES or found.share < max(_LEAST_SHARE, _LEAST_RATIO * found.chance):
        return False
    spread = math.sqrt(max(found.chance * (1 - found.chance), 1e-12) / found.count)
    return found.share - found.chance > _SURE * spread


def _described(data: Data, section: GroupSection, names: Names, alike: float, chance: float) -> dict[str, Any]:
    groups = _numbers(names)
    sizes = Counter(groups[groups >= 0].tolist())
    largest = sizes.most_common(1)[0][0]
    row = int(np.flatnonzero(groups == largest)[0])
    trained = np.unique(groups[data.split("train")])
    trained = trained[trained >= 0]
    return {
        "setting": setting(section),
        "count": len(sizes),
        "median": int(np.median(list(sizes.values()))),
        "example": {"file": data.files[row] if data.files else "", "group": names[row]},
        "alike": round(alike, 4),
        "chance": round(chance, 4),
        "shared": {
            name: int(np.isin(groups[rows], trained).sum()) for name, rows in data.splits.items() if name != "train"
        },
    }


def setting(section: GroupSection) -> str:
    """What ``--set`` takes for ``section``, such as ``data.group.folder=1``; quoted where YAML would read otherwise."""
    for name in ("column", "folder", "pattern"):
        value = getattr(section, name)
        if value is not None:
            return f"data.group.{name}={value if _is_plain(value) else json.dumps(value, ensure_ascii=False)}"
    return "data.group.near_duplicates=true"


def _is_plain(value: int | str) -> bool:
    """Whether YAML reads ``value`` as it is."""
    try:
        return bool(read_yaml(str(value)) == value)
    except yaml.YAMLError:
        return False
