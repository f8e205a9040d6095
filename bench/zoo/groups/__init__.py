"""Groups of specimens: ``SPECIMENS`` in each module."""

from __future__ import annotations

import importlib
import pkgutil

from bench.zoo.specimen import Specimen


def groups() -> dict[str, tuple[Specimen, ...]]:
    """Specimens by group, each in its order."""
    names = sorted(info.name for info in pkgutil.iter_modules(__path__))
    return {name: importlib.import_module(f"{__name__}.{name}").SPECIMENS for name in names}


def specimens() -> dict[str, Specimen]:
    """All specimens by name."""
    return {each.name: each for group in groups().values() for each in group}
