"""Maps of a method straight from activations and gradients, without a network."""

from __future__ import annotations

from torch import Tensor

from trasluz.look.cams import signed_map


def class_map(name: str, activations: Tensor, gradients: Tensor) -> Tensor:
    """The map of a method before its ReLU: ``[n, k, h, w]``, or ``[n, h, w]`` for gradients of one class each.

    ``activations``: float ``[n, c, h, w]``; ``gradients``: ``[n, k, c, h, w]`` or ``[n, c, h, w]``.
    """
    several = gradients.unsqueeze(1) if gradients.ndim == 4 else gradients
    found = signed_map(name, activations, several, several.shape[1])
    return found[:, 0] if gradients.ndim == 4 else found
