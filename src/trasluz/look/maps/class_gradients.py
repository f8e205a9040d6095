"""Gradients of class scores with respect to activations: many classes in one batched backward pass."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import torch
from torch import Tensor

from trasluz.errors import RequestError
from trasluz.messages import _


def class_gradients(scores: Tensor, activations: Sequence[Tensor], classes: Tensor) -> tuple[Tensor, ...]:
    """For each of ``activations`` ``[n, ...]`` the gradients ``[n, k, ...]`` of the scores of k classes per image.

    ``scores``: ``[n, all classes]`` with their graph, which stays usable; ``classes``: int64 ``[n, k]``.  Images must
    not influence each other's scores, as in evaluation mode.  Activations without influence have gradient 0.

    Raises:
        RequestError: no gradient can be computed through an operation of the network.
    """
    # [k, n, all classes]: no image has influence on another, so one pass for the sum over images gives each its own.
    chosen = torch.nn.functional.one_hot(classes.T, scores.shape[1]).to(scores)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of operations that vmap computes one by one
            found = _backward(scores, activations, chosen, batched=True)
    except RuntimeError:  # an operation on the way that vmap cannot do at all
        each = [_alone(scores, activations, one) for one in chosen]
        found = tuple(torch.stack(gradients) for gradients in zip(*each, strict=True))
    return tuple(gradient.transpose(0, 1) for gradient in found)


def _alone(scores: Tensor, activations: Sequence[Tensor], chosen: Tensor) -> tuple[Tensor, ...]:
    try:
        return _backward(scores, activations, chosen, batched=False)
    except torch.OutOfMemoryError:
        raise
    except RuntimeError as error:  # an operation of somebody else's network
        reason = str(error).splitlines()[0].rstrip(".")
        message = _("No gradient can be computed through this network ({reason}); choose a look that needs none.")
        raise RequestError(message.format(reason=reason)) from error


def _backward(scores: Tensor, activations: Sequence[Tensor], chosen: Tensor, *, batched: bool) -> tuple[Tensor, ...]:
    """Gradients of the activations' shapes for ``chosen`` ``[n, classes]``; with k in front for ``[k, n, classes]``."""
    found = torch.autograd.grad(
        scores, activations, chosen, retain_graph=True, allow_unused=True, is_grads_batched=batched
    )
    before = chosen.shape[:1] if batched else ()
    return tuple(
        activation.new_zeros(*before, *activation.shape) if gradient is None else gradient
        for gradient, activation in zip(found, activations, strict=True)
    )
