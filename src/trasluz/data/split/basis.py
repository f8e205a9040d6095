"""Basis: what data say of their rows that splits are made from, whatever a recipe asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Basis:
    """What splits are made from.

    ``given``: the rows of each split that the source gives; of all rows: ``copies`` int64 ``[n]``, the first that
    equals each, ``together`` int64 ``[n]``, who belongs together, where anybody said so, ``identities`` int64 ``[n]``,
    ``labels`` int64 ``[n]`` or bool ``[n, classes]``, where there are any.  ``classes`` are the labels' names.
    """

    given: Mapping[str, np.ndarray]
    copies: np.ndarray
    together: np.ndarray | None
    identities: np.ndarray
    labels: np.ndarray | None
    classes: tuple[str, ...] = ()

    @property
    def units(self) -> np.ndarray:
        """Rows of equal numbers stay together."""
        return self.copies if self.together is None else self.together
