"""Which layers carry an L2 penalty of their own: a mark on the layer, as Keras' ``kernel_regularizer`` is.

A network only marks; the family that trains it adds the penalty to its loss.
"""

from __future__ import annotations

from typing import TypeVar

from torch import nn

M = TypeVar("M", bound=nn.Module)
_MARK = "l2_factor"


def mark_l2(layer: M, factor: float | None) -> M:
    """``layer``, asking for ``factor`` · Σ w² of its kernel in the loss; ``None`` leaves the choice to the family."""
    if factor is not None:
        setattr(layer, _MARK, factor)
    return layer


def l2_factor(layer: nn.Module, default: float) -> float:
    """The factor that ``layer`` asks for, or ``default`` when it has no mark."""
    factor: float = getattr(layer, _MARK, default)
    return factor
