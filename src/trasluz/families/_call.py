"""Calling networks on sequences: with their lengths where a network takes them, and steps that count."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn


def apply(network: nn.Module, inputs: Tensor, lengths: Tensor | None) -> Tensor:
    """What ``network`` makes of ``inputs``, with ``lengths`` where it says ``takes_lengths`` and there are any.

    ``lengths``: int64 ``[n]``, the steps of each sequence that are real, from 1 on.
    """
    if lengths is not None and getattr(network, "takes_lengths", False):
        result: Tensor = network(inputs, lengths)
        return result
    plain: Tensor = network(inputs)
    return plain


def unroll(decoder: nn.Module, code: Tensor, like: Tensor) -> Tensor:
    """What ``decoder`` makes of ``code``; sequences get the steps of ``like`` where it says ``takes_steps``."""
    if like.ndim == 3 and getattr(decoder, "takes_steps", False):
        result: Tensor = decoder(code, like.shape[1])
        return result
    plain: Tensor = decoder(code)
    return plain


def per_step(error: Callable[[Tensor, Tensor], Tensor], raw: Tensor, targets: Tensor, lengths: Tensor | None) -> Tensor:
    """A sequence's error: summed over features, averaged over its real steps, float ``[n]``.

    ``error(raw, targets) -> [n]`` sums over the values of whole samples; here each step is one.  So neither the
    padding of ``raw`` and ``targets`` ``[n, steps, …]`` nor the length of a sequence weighs in.
    """
    count, steps = targets.shape[:2]
    values = error(raw.flatten(0, 1).unsqueeze(1), targets.flatten(0, 1).unsqueeze(1)).reshape(count, steps)
    if lengths is None:
        return values.mean(1)
    return torch.where(real_steps(lengths, steps), values, 0.0).sum(1) / lengths


def real_steps(lengths: Tensor, steps: int) -> Tensor:
    """Which of ``steps`` steps are real: bool ``[n, steps]``."""
    return torch.arange(steps, device=lengths.device) < lengths.unsqueeze(1)
