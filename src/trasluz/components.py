"""Interchangeable parts chosen by name in a recipe: one file of a package is one part.

A part is a module, such as one with a pydantic class ``Config`` and a function ``build``.  Its name in recipes is its
file name with dashes for underscores; files that start with an underscore, and those that say what all parts have in
common (``base.py``, ``capabilities.py``) or look for what they need (``finding.py``), are not parts.  Adding a part
means adding its file: nothing lists them.  A package of parts says in ``OFFERS`` of its ``__init__.py`` what each of
them must have.

Other packages bring parts, too (``entry_points.py``).  Where one is called like a part of ours, ours is meant.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from trasluz.entry_points import ForeignPart, foreign_parts
from trasluz.errors import Interrupted, RecipeError, StorageError, TrasluzError, UnknownPartError
from trasluz.messages import _, did_you_mean

if TYPE_CHECKING:
    from pydantic import BaseModel

C = TypeVar("C", bound="BaseModel")
P = TypeVar("P")

PASSING = (MemoryError, StorageError, Interrupted)  # not a part's own failure: what comes next would fail, too

_CONTRACTS = frozenset({"base", "capabilities", "finding"})  # beside all parts, so none itself


@cache
def own_names(package: str) -> tuple[str, ...]:
    """The names of the parts in the folder of ``package``, sorted; imports none of them, and not the package."""
    top, *inner = package.split(".")
    known = sys.modules.get(package)  # whose own path may hold more than the folder
    folders = known.__path__ if known else [str(Path(f, *inner)) for f in importlib.import_module(top).__path__]
    found = (module.name for module in pkgutil.iter_modules(folders))
    return tuple(sorted(n.replace("_", "-") for n in found if not n.startswith("_") and n not in _CONTRACTS))


@cache
def foreign(package: str) -> dict[str, tuple[ForeignPart, ...]]:
    """What other packages bring beside ``package``, by name: more than one where they use the same name."""
    found: dict[str, tuple[ForeignPart, ...]] = {}
    for part in foreign_parts():
        if part.group == package:
            found[part.name] = (*found.get(part.name, ()), part)
    return found


@cache
def names(package: str) -> tuple[str, ...]:
    """The names of all parts of a kind (for example ``"trasluz.families"``), sorted; imports no part."""
    return tuple(sorted({*own_names(package), *foreign(package)}))


def knows(package: str, name: str) -> bool:
    """Whether there is a part of that name; looks beyond our own only where it is none of them."""
    return name in own_names(package) or name in foreign(package)


def name_of(package: str, module: str) -> str:
    """The name under which recipes know the part whose code is ``module``."""
    last = module.rsplit(".", 1)[-1].replace("_", "-")
    if module.startswith(f"{package}."):
        return last
    return next((n for n, parts in foreign(package).items() for part in parts if part.module == module), last)


def packages_of(tree: object) -> dict[str, str]:
    """Which names in a recipe, or a part of one, are parts of other packages: name → package and version.

    A part stands as a text, or as the ``name`` of its settings; a name that we have too is ours.
    """
    named = set(_texts(tree))
    parts = [part for part in foreign_parts() if part.name in named and part.name not in own_names(part.group)]
    return {part.name: part.origin for part in parts}


def _texts(tree: object) -> Iterator[str]:
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, Mapping):
        for inner in tree.values():
            yield from _texts(inner)
    elif isinstance(tree, (list, tuple)):
        for inner in tree:
            yield from _texts(inner)


def lost_package(problem: str, packages: Mapping[str, str]) -> str:
    """What to do where ``problem`` names a part that was there in training, in a sentence; ``packages`` as
    ``packages_of`` gave them then, empty where that was not kept."""
    for name, package in packages.items():
        if repr(name) in problem:
            return _("In training {name!r} came from {package}: install that package again.").format(
                name=name, package=package
            )
    return _("It was there in training: install again the package that brought it.")


def load(package: str, name: str, where: str) -> Any:
    """The module of the part ``name``; ``where`` is the recipe field, named in the error.

    Raises:
        UnknownPartError: there is no such part; names the nearest one.
        RecipeError: another package brings it, and it cannot be loaded.
    """
    if name in own_names(package):
        return _own_part(package, name)
    if name in foreign(package):
        return _load_foreign(package, foreign(package)[name], where)
    allowed = ", ".join(names(package))
    hint = did_you_mean(name, names(package))
    message = _("{where}: there is no {name!r}; allowed: {allowed}.")
    raise UnknownPartError(message.format(where=where, name=name, allowed=allowed) + hint)


@cache  # a schedule is asked for at every step
def _own_part(package: str, name: str) -> Any:
    return importlib.import_module(f"{package}.{name.replace('-', '_')}")


def _load_foreign(package: str, parts: tuple[ForeignPart, ...], where: str) -> Any:
    part = parts[0]
    if len(parts) > 1:
        message = _("{where}: {name!r} is brought by several packages, {packages}; uninstall all but one.")
        packages = ", ".join(part.origin for part in parts)
        raise RecipeError(message.format(where=where, name=part.name, packages=packages))
    try:
        module = part.load()
    except Exception as error:  # code of somebody else may raise anything
        message = _("{where}: {name!r} of {package} cannot be loaded ({reason}); update or uninstall that package.")
        told = message.format(where=where, name=part.name, package=part.origin, reason=_reason(error))
        raise RecipeError(told) from error
    missing = lacks(package, module)
    if missing:
        message = _("{where}: {name!r} of {package} lacks {missing}; update or uninstall that package.")
        listed = ", ".join(missing)
        raise RecipeError(message.format(where=where, name=part.name, package=part.origin, missing=listed))
    return module


def _reason(error: Exception) -> str:
    """The class and the message of an error, on one line and without a full stop."""
    text = " ".join(str(error).split()).rstrip(".")
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def failure(package: str, name: str, where: str, error: Exception) -> str:
    """The sentence, in the language in force, that the part ``name`` raised ``error``, and who can mend it."""
    if isinstance(error, TrasluzError):
        return str(error)  # says it already
    brought = () if name in own_names(package) else foreign(package).get(name, ())
    if brought:
        message = _("{where}: {name!r} of {package} failed ({reason}); update or uninstall that package.")
        return message.format(where=where, name=name, package=brought[0].origin, reason=_reason(error))
    message = _("{where}: {name!r} failed ({reason}); that is a fault of Trasluz, please report it.")
    return message.format(where=where, name=name, reason=_reason(error))


def lacks(package: str, part: Any) -> tuple[str, ...]:
    """What ``part`` has not, of what ``OFFERS`` of ``package`` asks for; ``"a or b"`` asks for one of both."""
    offers: tuple[str, ...] = getattr(importlib.import_module(package), "OFFERS", ())
    return tuple(asked for asked in offers if not any(hasattr(part, name) for name in asked.split(" or ")))


class Parts(Generic[P]):
    """The parts of ``package``, modules that all offer what ``P`` says; ``where`` names them in errors."""

    def __init__(self, package: str, where: str) -> None:
        self.package, self.where = package, where

    def names(self) -> tuple[str, ...]:
        """The names of all, sorted."""
        return names(self.package)

    def find(self, name: str) -> P:
        """The one of that name.

        Raises:
            RecipeError: there is none; says the nearest one.
        """
        return cast(P, load(self.package, name, self.where))

    def failure(self, name: str, error: Exception) -> str:
        """The sentence, in the language in force, that the part ``name`` raised ``error``."""
        return failure(self.package, name, self.where, error)


def configure(config: type[C], values: dict[str, Any], where: str) -> C:
    """``config(**values)``, with pydantic's complaints turned into one sentence.

    Raises:
        RecipeError: a field is unknown or its value is not allowed; ``UnknownPartError`` where it names no part.
    """
    from pydantic import ValidationError  # here, because finding parts, as the command line does, needs none of it

    from trasluz.field_errors import NO_SUCH_PART, explain

    try:
        return config.model_validate(values)
    except ValidationError as error:
        unknown = any(problem["type"] == NO_SUCH_PART for problem in error.errors())
        raise (UnknownPartError if unknown else RecipeError)(explain(error, config, where)) from None
