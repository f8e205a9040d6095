"""Methods of class activation maps, one per file, found by file name: how activations become the map of a class.

A method is a module with

    NAME                      what it is called in the literature; a word that is translated, with ``N_``
    HELP                      one sentence, marked with ``N_``
    NEEDS                     what it makes a map of, besides the activations
    signed_map                the map before the ReLU with which most papers end

``NEEDS`` says how ``signed_map`` is called; ``activations`` are float ``[n, c, h, w]``:

    "activations"   signed_map(activations) -> [n, h, w]                  the same map for every class
    "gradients"     signed_map(activations, gradients) -> [n, k, h, w]    gradients of the scores of k classes with
                                                                          respect to the activations, [n, k, c, h, w],
                                                                          or [n, k, c, 1, 1] if all places have the same
    "trials"        signed_map(activations, trials) -> [n, k, h, w]       scores of images that were changed

A map has the number format of the activations, and stands before the ReLU so that callers can tell how much evidence
the ReLU removes.  Nothing is normalised: maps keep the unit of scores (per position).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, Protocol

from torch import Tensor

from trasluz import components

Needs = Literal["activations", "gradients", "trials"]


class Method(Protocol):
    """What a module in ``look/cams/`` offers."""

    NAME: str
    HELP: str
    NEEDS: Needs
    signed_map: Callable[..., Tensor]


class Trials(Protocol):
    """Scores of k classes of images that were changed, for one channel after another (``look/maps/trials.py``)."""

    @property
    def scores(self) -> Tensor:
        """Those of the images as they are, ``[n, k]``."""

    def blank(self) -> Tensor:
        """Those of images of zeros, which is what a mask of zeros leaves: ``[n, k]``."""

    def masked(self, mask: Callable[[Tensor], Tensor]) -> Tensor:
        """Those of each image times a mask of each channel, ``[n, c, k]``.

        ``mask`` makes masks of channels that were enlarged to the images' size: ``[m, height, width]``.
        """

    def without_channels(self) -> Tensor:
        """Those of each image with one channel of the layer set to zero at all places, ``[n, c, k]``."""


OFFERS = ("HELP", "NEEDS", "signed_map")
METHODS = components.Parts[Method]("trasluz.look.cams", "method")
find = METHODS.find


def methods(*needs: Needs) -> tuple[str, ...]:
    """The names of all methods, or of those with such needs."""
    return tuple(name for name in METHODS.names() if not needs or find(name).NEEDS in needs)


def knows_classes(name: str) -> bool:
    """Whether the map of a method depends on the class at all.

    Raises:
        RecipeError: there is no such method.
    """
    return find(name).NEEDS != "activations"


def signed_map(name: str, activations: Tensor, evidence: Tensor | Trials | None, classes: int) -> Tensor:
    """The map of a method before its ReLU, ``[n, k, h, w]``, of ``activations`` ``[n, c, h, w]`` and what it needs.

    ``classes``: k.  ``evidence``: gradients or trials; not looked at where a method needs neither.

    Raises:
        RecipeError: there is no such method.
    """
    method = find(name)
    if method.NEEDS == "activations":
        return method.signed_map(activations).unsqueeze(1).expand(-1, classes, -1, -1)
    return method.signed_map(activations, evidence)
