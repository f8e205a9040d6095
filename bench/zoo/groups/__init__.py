"""Groups of specimens: ``SPECIMENS`` in each module; those of ``others_*`` were planted by other hands."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import replace

from bench.zoo.specimen import Specimen


def groups() -> dict[str, tuple[Specimen, ...]]:
    """Specimens by group, each in its order."""
    names = sorted(info.name for info in pkgutil.iter_modules(__path__))
    return {name: _members(name) for name in names}


def _members(name: str) -> tuple[Specimen, ...]:
    found: tuple[Specimen, ...] = importlib.import_module(f"{__name__}.{name}").SPECIMENS
    return tuple(replace(each, hands="other") for each in found) if name.startswith("others_") else found


def specimens() -> dict[str, Specimen]:
    """All specimens by name."""
    return {each.name: each for group in groups().values() for each in group}
