"""Pooled heads: scores that are one linear layer of the means of a layer's maps.

For such a network the gradient of score k with respect to every place of channel c is W[k, c] / (h·w): the class's
weight shared among the places, as in the first class activation maps (Zhou et al. 2016, "Learning Deep Features for
Discriminative Localization", equations 1 and 2).  No pass backward is needed for any class.

Whether a network is built so is read from the graph that autograd made of its forward pass, and then tried: the
gradient of one random mixture of all scores must be what the weights say.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.autograd.graph import Node

# Operations that leave values as they are, in another shape or number format.
_SHAPES = ("View", "UnsafeView", "ReshapeAlias", "Squeeze", "Clone", "Alias", "ToCopy")
_MEANS = ("Mean", "AvgPool2D")
_LINEAR = ("Addmm", "Mm")
_TOLERANCE = 1e-4  # of the largest gradient


def head_weights(scores: Tensor, output: Tensor) -> Tensor | None:
    """The gradient of each score at any place of ``output`` ``[n, c, h, w]``: ``[all classes, c]``, for all images.

    ``scores``: ``[n, all classes]`` with their graph.  ``None`` where they are no linear layer of the means of maps.
    """
    weights = _read(scores, output) if output.ndim == 4 else None
    if weights is None or weights.shape != (scores.shape[1], output.shape[1]):
        return None
    weights = weights.detach().to(output) / (output.shape[2] * output.shape[3])
    return weights if _holds(scores, output, weights) else None


def _read(scores: Tensor, output: Tensor) -> Tensor | None:
    """The weights of the linear layer, if scores ← linear layer ← mean ← output, with nothing else between."""
    linear = _behind(scores.grad_fn, _SHAPES)
    if not _is(linear, _LINEAR):
        return None
    pooled = _behind(_only(linear), _SHAPES)
    if not _is(pooled, _MEANS) or not _gives(_behind(_only(pooled), _SHAPES, output), output):
        return None
    # addmm(bias, inputs, mat2): its mat2 is the weight of the linear layer, transposed.
    saved = getattr(linear, "_saved_mat2", None)
    return saved.T if isinstance(saved, Tensor) and saved.ndim == 2 else None


def _behind(node: Node | None, names: tuple[str, ...], output: Tensor | None = None) -> Node | None:
    """The first operation before ``node`` that is none of ``names``, or that gives ``output``."""
    while _is(node, names) and not (output is not None and _gives(node, output)):
        node = _only(node)
    return node


def _is(node: Node | None, names: tuple[str, ...]) -> bool:
    return node is not None and node.name().partition("Backward")[0] in names


def _only(node: Node | None) -> Node | None:
    """The one operation whose result the gradient of ``node`` flows to; ``None`` where there are more."""
    # Parameters are none of them: capture() has them ask for no gradient.
    found = [] if node is None else [before for before, _place in node.next_functions if before is not None]
    return found[0] if len(found) == 1 else None


def _gives(node: Node | None, output: Tensor) -> bool:
    if node is None:
        return False
    # A leaf, as the output of a frozen layer is, has no operation, but a node that holds it.
    return node is output.grad_fn if output.grad_fn is not None else getattr(node, "variable", None) is output


def _holds(scores: Tensor, output: Tensor, weights: Tensor) -> bool:
    generator = torch.Generator().manual_seed(0)
    mixture = torch.randn(scores.shape, generator=generator).to(scores)
    (found,) = torch.autograd.grad(scores, output, mixture, retain_graph=True)
    expected = (mixture.to(weights) @ weights)[:, :, None, None]
    return bool((found - expected).abs().max() <= _TOLERANCE * expected.abs().max())
