"""How a result shows itself in a notebook, although what draws it stands above the rooms that compute.

A result says which function draws it, and that is imported when somebody looks: whoever only computes needs no
drawing, and nothing has to be registered.
"""

from __future__ import annotations

import importlib
from typing import ClassVar


class ShownInNotebooks:
    """Base of results that show themselves where IPython runs, which asks them for ``_repr_html_``.

    ``shown_by``: ``module:function`` that makes HTML of the result, in the language in force.
    """

    shown_by: ClassVar[str]

    def _repr_html_(self) -> str:
        module, function = self.shown_by.split(":")
        html: str = getattr(importlib.import_module(module), function)(self)
        return html
