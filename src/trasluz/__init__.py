"""Trasluz trains image networks and holds them up to the light. Here are the public names, and nothing else.

Each name is imported when it is first used, so that ``import trasluz`` takes milliseconds, not PyTorch's seconds.
"""

from __future__ import annotations

import importlib

# Type checkers know the name; importing typing for it takes long enough for a Ctrl-C to end in a traceback.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from trasluz import look
    from trasluz.allowed import allow
    from trasluz.api import (
        Run,
        check_data,
        compare,
        curve,
        delete_run,
        fit,
        list_runs,
        open_run,
        out_of_fold,
        preview_augmentation,
        recipes,
        resume,
        search_settings,
        study,
        suspect_labels,
        train,
        train_seeds,
        with_weights,
    )
    from trasluz.data.arrays import from_arrays
    from trasluz.errors import TrasluzError
    from trasluz.messages import language
    from trasluz.recipe import Recipe

__version__ = "0.1.0"

_HOMES = {
    "Recipe": "trasluz.recipe",
    "Run": "trasluz.api",
    "TrasluzError": "trasluz.errors",
    "allow": "trasluz.allowed",
    "check_data": "trasluz.api",
    "compare": "trasluz.api",
    "curve": "trasluz.api",
    "delete_run": "trasluz.api",
    "fit": "trasluz.api",
    "from_arrays": "trasluz.data.arrays",
    "language": "trasluz.messages",
    "list_runs": "trasluz.api",
    "open_run": "trasluz.api",
    "out_of_fold": "trasluz.api",
    "preview_augmentation": "trasluz.api",
    "recipes": "trasluz.api",
    "resume": "trasluz.api",
    "search_settings": "trasluz.api",
    "study": "trasluz.api",
    "suspect_labels": "trasluz.api",
    "train": "trasluz.api",
    "train_seeds": "trasluz.api",
    "with_weights": "trasluz.api",
}

__all__ = [
    "Recipe",
    "Run",
    "TrasluzError",
    "__version__",
    "allow",
    "check_data",
    "compare",
    "curve",
    "delete_run",
    "fit",
    "from_arrays",
    "language",
    "list_runs",
    "look",
    "open_run",
    "out_of_fold",
    "preview_augmentation",
    "recipes",
    "resume",
    "search_settings",
    "study",
    "suspect_labels",
    "train",
    "train_seeds",
    "with_weights",
]


def __getattr__(name: str) -> Any:
    if name == "look":  # the room of looks, each of which is a function there
        return importlib.import_module("trasluz.look")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
