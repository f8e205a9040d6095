"""Looks: ways of seeing inside a trained network. Arrays in, arrays out; drawing lives in ``draw``.

    import trasluz as tz
    run = tz.open_run("runs/20260101-digits-cnn-ab12cd")
    found = tz.look.kernels(run)          # a frozen dataclass of arrays; shows itself in a notebook

Every file in ``look/looks/`` is one look, and each is a function of that name here: ``look.NAME(run, images=None,
split=None, **options)``.  ``run`` is anything with a method ``look``, such as ``trasluz.Run``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from trasluz import components

LOOKS = "trasluz.look.looks"


def names() -> tuple[str, ...]:
    """The names of all looks, as in recipes and on the command line (with dashes)."""
    return components.names(LOOKS)


def __getattr__(name: str) -> Callable[..., Any]:
    shown = name.replace("_", "-")
    if name.startswith("_") or not components.knows(LOOKS, shown):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return partial(_look, shown)


class _Looks(Protocol):
    """Anything with a method ``look``, such as a run, which lies above and says what it takes for images."""

    def look(self, name: str, images: Any = None, **options: Any) -> object:
        """What the look ``name`` finds."""


def _look(look: str, run: _Looks, images: object = None, **options: Any) -> object:
    return run.look(look, images, **options)


def __dir__() -> list[str]:
    return sorted(["names", *(name.replace("-", "_") for name in names())])
