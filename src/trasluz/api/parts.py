"""list_parts(): every kind of part, its parts, and which package brings them; imports none of them."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import trasluz
from trasluz import components
from trasluz.entry_points import PREFIX, ForeignPart, foreign_parts
from trasluz.errors import RequestError
from trasluz.messages import _, did_you_mean

State = Literal["usable", "hidden", "ambiguous", "missing"]
_OFFERS = re.compile(r"^OFFERS\b", re.MULTILINE)


@dataclass(frozen=True)
class PartSummary:
    """One part: ``kind``, the package whose part it is; who brings it; where its code is.

    ``state``: ``usable``; ``hidden`` by a part of ours that has its name; ``ambiguous``, as several packages use the
    name; ``missing``, as its code or its kind is not there.  ``problem`` says so in a sentence, in the language that
    was in force, and is empty for a usable one.
    """

    kind: str
    name: str
    distribution: str
    version: str
    module: str
    state: State = "usable"
    problem: str = ""


@cache
def kinds() -> tuple[str, ...]:
    """The packages of parts, sorted: those whose ``__init__.py`` has ``OFFERS``; its text is looked at, not run."""
    (root,) = map(Path, trasluz.__path__)
    found = (path.parent for path in root.rglob("__init__.py") if _OFFERS.search(path.read_text(encoding="utf-8")))
    return tuple(sorted(".".join((trasluz.__name__, *folder.relative_to(root).parts)) for folder in found))


def list_parts(kind: str | None = None) -> list[PartSummary]:
    """All parts, or those of ``kind`` (such as ``families`` or ``trasluz.families``), sorted by kind and name.

    Raises:
        RequestError: there is no such kind.
    """
    if kind is None:
        strangers = sorted({part.group for part in foreign_parts()} - set(kinds()))
        return [part for each in (*kinds(), *strangers) for part in _of_kind(each)]
    package = kind if kind.startswith(PREFIX) else PREFIX + kind
    if package not in kinds():
        known = [each.removeprefix(PREFIX) for each in kinds()]
        message = _("{kind}: there is no such kind of part; allowed: {known}.")
        raise RequestError(message.format(kind=kind, known=", ".join(known)) + did_you_mean(kind, known))
    return list(_of_kind(package))


def _of_kind(kind: str) -> Iterator[PartSummary]:
    own = components.own_names(kind) if kind in kinds() else ()
    foreign = components.foreign(kind)
    for name in sorted({*own, *foreign}):
        if name in own:
            module = f"{kind}.{name.replace('-', '_')}"
            yield PartSummary(kind, name, trasluz.__name__, trasluz.__version__, module)
        for part in foreign.get(name, ()):
            state, problem = _judge(part, name in own, foreign[name])
            yield PartSummary(kind, name, part.distribution, part.version, part.module, state, problem)


def _judge(part: ForeignPart, ours: bool, rivals: tuple[ForeignPart, ...]) -> tuple[State, str]:
    """Whether a foreign part can be used, and if not, why."""
    label = {"kind": part.group, "name": part.name, "package": part.origin}
    if part.group not in kinds():
        known = ", ".join(kinds())
        message = _("{kind}: {package} brings {name!r}, but there is no such kind of part; allowed: {known}.")
        return "missing", message.format(**label, known=known)
    if ours:
        return "hidden", _("{kind}: {package} brings {name!r}, but Trasluz's own part of that name is used.").format(
            **label
        )
    if len(rivals) > 1:
        packages = ", ".join(rival.origin for rival in rivals)
        message = _("{kind}: {name!r} is brought by several packages, {packages}; uninstall all but one.")
        return "ambiguous", message.format(**label, packages=packages)
    if not _is_there(part.entry.module):
        message = _("{kind}: {package} brings {name!r}, but there is no module {module}; update or uninstall it.")
        return "missing", message.format(**label, module=part.entry.module)
    return "usable", ""


def _is_there(module: str) -> bool:
    """Whether the import system finds a module; unlike ``importlib.util.find_spec`` it imports no package above it."""
    path: list[str] | None = None
    words = module.split(".")
    for depth in range(1, len(words) + 1):
        name = ".".join(words[:depth])
        finders = (finder for finder in sys.meta_path if hasattr(finder, "find_spec"))
        spec = next((spec for finder in finders if (spec := finder.find_spec(name, path)) is not None), None)
        if spec is None:
            return False
        if spec.submodule_search_locations is None:
            return depth == len(words)
        if spec.origin is None:
            return True  # a namespace, whose folders are known only once it is imported
        path = list(spec.submodule_search_locations)
    return True
