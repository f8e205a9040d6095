"""Methods of class activation maps, one per file, found by file name: how activations and gradients become a map.

A method is a module with

    HELP                      one sentence, marked with ``N_``
    NEEDS_GRADIENTS           whether its map depends on the class at all
    signed_map(activations, gradients) -> Tensor

``activations``: float ``[n, c, h, w]``; ``gradients`` of each class's score with respect to them, ``[n, k, c, h, w]``;
the map is ``[n, k, h, w]`` in the same number format, before the ReLU with which most papers end, so that callers can
tell how much evidence the ReLU removes.  Nothing is normalised: maps keep the unit of scores (per position).
"""

from __future__ import annotations

from typing import Protocol, cast

from torch import Tensor

from trasluz import components

METHODS = "trasluz.look.cams"


class Method(Protocol):
    """What a module in ``look/cams/`` offers."""

    HELP: str
    NEEDS_GRADIENTS: bool

    def signed_map(self, activations: Tensor, gradients: Tensor) -> Tensor:
        """The map before its ReLU, ``[n, k, h, w]``."""


def methods() -> tuple[str, ...]:
    """The names of all methods."""
    return components.names(METHODS)


def find(name: str) -> Method:
    """The method of that name.

    Raises:
        RecipeError: there is none; says the nearest one.
    """
    return cast(Method, components.load(METHODS, name, "method"))


def class_map(name: str, activations: Tensor, gradients: Tensor) -> Tensor:
    """The map of a method before its ReLU: ``[n, k, h, w]``, or ``[n, h, w]`` for gradients of one class each.

    ``activations``: float ``[n, c, h, w]``; ``gradients``: ``[n, k, c, h, w]`` or ``[n, c, h, w]``.

    Raises:
        RecipeError: there is no such method.
        ValueError: the shapes do not belong together.
    """
    single = gradients.ndim == 4
    several = gradients.unsqueeze(1) if single else gradients
    if activations.ndim != 4 or several.ndim != 5 or several[:, 0].shape != activations.shape:
        given = f"{tuple(activations.shape)} and {tuple(gradients.shape)}"
        raise ValueError(f"a map needs activations [n, c, h, w] and gradients [n, k, c, h, w], not {given}")
    found = find(name).signed_map(activations, several)
    return found[:, 0] if single else found
