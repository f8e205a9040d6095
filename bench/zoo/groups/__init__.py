"""Groups of specimens: ``SPECIMENS`` in each module.

Those of ``others_*`` were planted by other hands, those of ``fresh_*`` by other hands in a second round, after rules
had been mended by what was first said of the first.
"""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import replace

from bench.zoo.specimen import Specimen

ROUNDS = {"others_": "other", "fresh_": "second"}  # beginnings of the names of groups, and whose hands planted these


def groups() -> dict[str, tuple[Specimen, ...]]:
    """Specimens by group, each in its order."""
    names = sorted(info.name for info in pkgutil.iter_modules(__path__))
    return {name: _members(name) for name in names}


def _members(name: str) -> tuple[Specimen, ...]:
    found: tuple[Specimen, ...] = importlib.import_module(f"{__name__}.{name}").SPECIMENS
    hands = next((hands for begins, hands in ROUNDS.items() if name.startswith(begins)), "")
    return tuple(replace(each, hands=hands) for each in found)


def specimens() -> dict[str, Specimen]:
    """All specimens by name."""
    return {each.name: each for group in groups().values() for each in group}
