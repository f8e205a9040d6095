"""Methods that say how much each pixel matters to a class's score, one per file, found by file name.

A method is a module with

    NAME                      what it is called in the literature; words that are translated, with ``N_``
    HELP                      one sentence, marked with ``N_``
    WARNING                   why not to trust it, marked with ``N_``; "" where nothing speaks against it
    ADDS_UP                   whether its values are shares of the score, which add up over channels and pixels
    Config                    its settings, a ``Section``; where values add up, with the ``baseline`` they start from
    BASELINES                 only where values add up: each ``baseline`` and what it is called, marked with ``N_``
    attribute(explained, inputs, classes, positions, config) -> Attribution

``inputs``: float ``[n, c, h, w]`` as the network sees them; ``classes``: int64 ``[n, k]``, each image's own;
``positions``: int64 ``[n]``, which image of all those shown each is, so that what is drawn at random for it does not
depend on the batch it is in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from trasluz import components
from trasluz.errors import RecipeError
from trasluz.look.layers.capture import capture
from trasluz.look.maps.class_gradients import class_gradients
from trasluz.look.maps.reach import unreached
from trasluz.messages import _
from trasluz.recipe.base import Section

MEMORY = 256 * 2**20  # bytes of gradients at a time


@dataclass(frozen=True)
class Explained:
    """The model that is explained: ``scores_of(inputs)`` gives logits ``[n, classes]`` through ``network``;
    ``normalise`` turns images in [0, 1] into inputs."""

    network: nn.Module
    scores_of: Callable[[Tensor], Tensor]
    normalise: Callable[[Tensor], Tensor]

    def gradients(self, inputs: Tensor, classes: Tensor, memory: int = MEMORY) -> Tensor:
        """Gradients ``[n, k, c, h, w]`` of the scores of ``classes`` ``[n, k]`` with respect to the inputs.

        One forward pass; classes in chunks whose gradients take at most ``memory`` bytes.  The network gets a copy of
        the inputs, so that it may change them in place, and is left as it was.

        Raises:
            RequestError: none reaches them.
        """
        with capture(self.network, ()):
            leaf = inputs.detach().clone().requires_grad_()
            scores = self.scores_of(leaf.clone())
            if not scores.requires_grad:  # parameters ask for none here, so that it could come from the inputs alone
                raise unreached("")
            size = max(memory // max(leaf.numel() * leaf.element_size(), 1), 1)
            parts = [class_gradients(scores, [leaf], chunk)[0] for chunk in torch.split(classes, size, dim=1)]
        return torch.cat(parts, 1)

    def scores(self, inputs: Tensor, classes: Tensor) -> Tensor:
        """The scores of ``classes`` ``[n, k]``, of the same shape, without gradients."""
        with capture(self.network, ()), torch.no_grad():
            return self.scores_of(inputs.detach().clone()).gather(1, classes)


@dataclass(frozen=True)
class Attribution:
    """``values``: float ``[n, k, c, h, w]``.  ``error``: ``[n, k]``, by which share the values miss adding up to what
    they ought to; ``None`` where a method makes no such promise."""

    values: Tensor
    error: Tensor | None = None

    def signed(self) -> Tensor:
        """What speaks for (above 0) and against the class at each pixel: the sum over channels, ``[n, k, h, w]``."""
        return self.values.sum(2)

    def strength(self, adds_up: bool) -> Tensor:
        """How much each pixel matters, ``[n, k, h, w]``, not negative.

        Shares of the score are added over channels; of gradients the largest counts (Simonyan et al. 2014, section 3).
        """
        return self.signed().abs() if adds_up else self.values.abs().amax(2)


class Method(Protocol):
    """What a module in ``look/saliencies/`` offers."""

    NAME: str
    HELP: str
    WARNING: str
    ADDS_UP: bool
    Config: type[Section]

    def attribute(
        self, explained: Explained, inputs: Tensor, classes: Tensor, positions: Tensor, config: Section
    ) -> Attribution:
        """What each pixel is worth to each class."""


OFFERS = ("HELP", "WARNING", "ADDS_UP", "Config", "attribute")
METHODS = components.Parts[Method]("trasluz.look.saliencies", "method")
methods, find = METHODS.names, METHODS.find


def baseline_name(method: str, settings: Mapping[str, object]) -> str:
    """What stands for an image without anything in it, in the language in force; for methods whose values add up."""
    module: Any = find(method)
    return _(module.BASELINES[str(settings["baseline"])])


@dataclass(frozen=True)
class Chosen:
    """A method with its settings."""

    name: str
    method: Method
    config: Section

    def attribute(self, explained: Explained, inputs: Tensor, classes: Tensor, positions: Tensor) -> Attribution:
        """What each pixel is worth to each class."""
        return self.method.attribute(explained, inputs, classes, positions, self.config)


def choose(setting: str | Mapping[str, Any]) -> Chosen:
    """A method by its name, or by ``{"name": …, setting: value}``.

    Raises:
        RecipeError: there is no such method, or no such setting of it.
    """
    given = {"name": setting} if isinstance(setting, str) else dict(setting)
    name = given.pop("name", None)
    if not isinstance(name, str):
        raise RecipeError(_("method: needs a name; allowed: {allowed}.").format(allowed=", ".join(methods())))
    method = find(name)
    return Chosen(name, method, components.configure(method.Config, given, f"method {name}"))
