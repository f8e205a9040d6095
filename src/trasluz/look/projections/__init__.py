"""Projections: codes of many dimensions as places on a plane. One file per method; nothing lists them.

A method is a module with

    NAME                                      what it is called in the literature
    NOTE                                      what its map does not say, marked with ``N_``; "" for nothing
    missing() -> str | None                   why it cannot be used here, as one sentence; ``None`` where it can
    fit(codes, seed) -> Projection            the places of these codes, and what it takes to place others

``codes`` are finite floats ``[n, d]``, n and d at least 1.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from trasluz import components


class Projection(Protocol):
    """A fitted map: ``positions`` float32 ``[n, 2]``; ``facts``: what the method says of itself, name → number."""

    @property
    def positions(self) -> np.ndarray:
        """Where the codes lie that it was fitted to."""

    @property
    def facts(self) -> dict[str, float]:
        """Numbers about the map, such as the share of the variance along each axis."""

    def transform(self, codes: np.ndarray) -> np.ndarray:
        """Where other codes ``[m, d]`` lie in this map, float32 ``[m, 2]``; the map itself stays as it is."""


class ProjectionModule(Protocol):
    """What a module in ``look/projections/`` offers."""

    NAME: str
    NOTE: str

    def missing(self) -> str | None:
        """Why it cannot be used on this machine."""

    def fit(self, codes: np.ndarray, seed: int) -> Projection:
        """The map of these codes; the same for the same seed."""


OFFERS = ("missing", "fit")
PROJECTIONS = components.Parts[ProjectionModule]("trasluz.look.projections", "method")
names, find = PROJECTIONS.names, PROJECTIONS.find
