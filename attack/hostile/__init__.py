"""Hostile inputs, one door per file: each module has ``CASES``; nothing lists them.  ``door_runs`` needs a run."""

from __future__ import annotations

import importlib
import pkgutil

from attack.hostile.case import Case


def cases() -> list[Case]:
    """All of them, in the order of their doors."""
    modules = sorted(info.name for info in pkgutil.iter_modules(__path__) if info.name.startswith("door_"))
    doors = (importlib.import_module(f"{__name__}.{name}") for name in modules)
    return [case for door in doors for case in getattr(door, "CASES", ())]
