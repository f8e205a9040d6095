"""Guided backpropagation (Springenberg et al. 2015): the gradient, of which every ReLU lets through only
what is positive.

It draws the image's edges whatever the weights are: its maps hardly change when the network is randomised (Adebayo et
al. 2018, "Sanity checks for saliency maps"), and in the limit it restores the image (Nie, Zhang and Patel 2018).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

from trasluz.errors import RequestError
from trasluz.look.saliencies import Attribution, Explained
from trasluz.messages import N_, _
from trasluz.recipe.base import Section

NAME = N_("guided backpropagation")
HELP = N_("The gradient without what any ReLU on the way would pass on as negative (Springenberg et al. 2015).")
WARNING = N_(
    "Guided backpropagation fails the randomisation test: a network with random weights gives much the same picture "
    "(Adebayo et al. 2018). It shows edges of the image, not reasons of the model."
)
ADDS_UP = False
_RELUS = frozenset({F.relu, F.relu_, torch.relu, torch.relu_, Tensor.relu, Tensor.relu_})


class Config(Section):
    """No settings."""


def attribute(explained: Explained, inputs: Tensor, classes: Tensor, positions: Tensor, config: Config) -> Attribution:
    """∂S/∂x with each ReLU's rule replaced.

    Raises:
        RequestError: the network has no ReLU.
    """
    guided = _Guided()
    scores_of = explained.scores_of

    def watched(images: Tensor) -> Tensor:
        with guided:
            return scores_of(images)

    found = Explained(explained.network, watched, explained.normalise).gradients(inputs, classes)
    if not guided.met:
        raise RequestError(_("method: guided backpropagation needs ReLUs, and this network has none."))
    return Attribution(found)


class _Guided(TorchFunctionMode):
    """While entered, every ReLU, as a module or a function, in place or not, computes ``_GuidedReLU``."""

    def __init__(self) -> None:
        super().__init__()
        self.met = False

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        given = dict(kwargs or {})
        if func in _RELUS:
            self.met = True
            return _GuidedReLU.apply(args[0] if args else given["input"])
        return func(*args, **given)


class _GuidedReLU(torch.autograd.Function):
    """max(x, 0), which passes a gradient back where both x and the gradient are positive."""

    @staticmethod
    def forward(ctx: Any, values: Tensor) -> Tensor:
        found = values.clamp_min(0)
        ctx.save_for_backward(found)
        return found

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        (found,) = ctx.saved_tensors
        passed: Tensor = gradient.clamp_min(0) * (found > 0)
        return passed
