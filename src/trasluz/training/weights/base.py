"""Weights that were trained elsewhere, and how the network that they are from wants to see images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor

from trasluz import components
from trasluz.data.feed.preprocess import Preprocess
from trasluz.reporting import Reporter

_PACKAGE = "trasluz.training.weights"


@dataclass(frozen=True)
class Weights:
    """Tensors by name, on the CPU.

    ``origin`` is how people call where they are from.  ``bare``: the names are those of one network alone, not of a
    family's networks.  ``preprocess``: what that network was shown, where it is known.
    """

    origin: str
    tensors: Mapping[str, Tensor]
    bare: bool = False
    preprocess: Preprocess | None = None


def read_weights(source: str, reporter: Reporter = Reporter()) -> Weights:  # noqa: B008 - without state
    """The weights that ``source`` names: ``timm:NAME``, ``torchvision:NAME``, ``file:PATH``, or a run's folder.

    Raises:
        RecipeError: there is no such thing, it cannot be read, or it is neither here nor can it be downloaded.
    """
    prefix, colon, name = source.partition(":")
    if not colon or not components.knows(_PACKAGE, prefix):
        prefix, name = "run", source
    found: Weights = components.load(_PACKAGE, prefix, "phases.from").read(name, reporter)
    return found
