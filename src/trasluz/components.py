"""Interchangeable parts chosen by name in a recipe: one file of a package is one part.

A part is a module with a pydantic class ``Config`` and a function ``build``.  Its name in recipes is its file
name with dashes for underscores; files that start with an underscore, and those that say what all parts have in common
(``base.py``, ``capabilities.py``), are not parts.  Adding a part means adding its file: nothing lists them.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from types import ModuleType
from typing import Any, Generic, TypeVar, cast

from pydantic import BaseModel, ValidationError

from trasluz.errors import RecipeError
from trasluz.field_errors import explain
from trasluz.messages import _, did_you_mean

C = TypeVar("C", bound=BaseModel)
P = TypeVar("P")

_CONTRACTS = frozenset({"base", "capabilities"})  # of all parts, so none itself


@cache
def names(package: str) -> tuple[str, ...]:
    """The names of the parts in ``package`` (for example ``"trasluz.families"``), sorted; imports no part."""
    found = (module.name for module in pkgutil.iter_modules(importlib.import_module(package).__path__))
    return tuple(sorted(n.replace("_", "-") for n in found if not n.startswith("_") and n not in _CONTRACTS))


def load(package: str, name: str, where: str) -> ModuleType:
    """The module of the part ``name``; ``where`` is the recipe field, named in the error.

    Raises:
        RecipeError: there is no such part; names the nearest one.
    """
    if name not in names(package):
        hint = did_you_mean(name, names(package))
        allowed = ", ".join(names(package))
        raise RecipeError(
            _("{where}: there is no {name!r}; allowed: {allowed}.").format(where=where, name=name, allowed=allowed)
            + hint
        )
    return importlib.import_module(f"{package}.{name.replace('-', '_')}")


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


def configure(config: type[C], values: dict[str, Any], where: str) -> C:
    """``config(**values)``, with pydantic's complaints turned into one sentence.

    Raises:
        RecipeError: a field is unknown or its value is not allowed.
    """
    try:
        return config.model_validate(values)
    except ValidationError as error:
        raise RecipeError(explain(error, config, where)) from None
