"""How a result shows itself in a notebook, although what draws it stands above the rooms that compute.

A result says which function draws it, and that is imported when somebody looks: whoever only computes needs no
drawing, and nothing has to be registered.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any, ClassVar, Protocol


class Shown(Protocol):
    """One output of a cell."""

    @property
    def html(self) -> str:
        """As HTML that stands alone; pictures are in it."""

    def bundle(self) -> dict[str, Any]:
        """By media type what a front end may choose from."""


def display(bundle: dict[str, Any], *, replaceable: bool = False) -> Any:
    """Shows a bundle where IPython runs; a ``replaceable`` one gives the handle whose ``update`` replaces it.

    IPython is imported by name, because nothing else here needs it.
    """
    return importlib.import_module("IPython.display").display(bundle, raw=True, display_id=replaceable or None)


class ShownInNotebooks:
    """Base of results that show themselves where IPython runs.

    ``shown_by``: ``module:function`` that makes the outputs of the result, in the language in force: words and pictures
    apart, because a front end shows only one form of each, and pictures inside HTML are lost on GitHub and in print.
    """

    shown_by: ClassVar[str]

    def _ipython_display_(self) -> None:
        for output in self._shown():
            display(output.bundle())

    def _repr_html_(self) -> str:
        return "".join(output.html for output in self._shown())

    def _shown(self) -> Sequence[Shown]:
        module, function = self.shown_by.split(":")
        outputs: Sequence[Shown] = getattr(importlib.import_module(module), function)(self)
        return outputs
