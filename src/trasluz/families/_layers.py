"""The layers of a network in the order in which they compute, with the shapes of what they give."""

from __future__ import annotations

import copy
from collections.abc import Callable

import torch
from torch import Tensor, nn

Recorder = Callable[[nn.Module, tuple[object, ...], object], None]


def computation_order(
    network: nn.Module, inputs: Tensor, prefix: str = "", *more: Tensor
) -> tuple[dict[str, tuple[int, ...]], Tensor]:
    """Name → output shape without the batch axis, and what the network gives for ``inputs`` (and ``more`` of them).

    Names are those of ``named_modules`` after ``prefix``.  Only layers without layers inside are listed, each at
    its first use; a parametrised one, as under spectral norm, counts as one layer.  A copy in evaluation mode is
    run, so that neither modes nor running statistics change.
    """
    trial = copy.deepcopy(network).eval()
    found: dict[str, tuple[int, ...]] = {}

    def recorder(name: str) -> Recorder:
        def record(_module: nn.Module, _inputs: tuple[object, ...], output: object) -> None:
            if isinstance(output, Tensor):
                found.setdefault(name, tuple(output.shape[1:]))

        return record

    for name, module in trial.named_modules():
        if name and _is_layer(name, module):
            module.register_forward_hook(recorder(prefix + name))
    with torch.no_grad():
        output: Tensor = trial(inputs, *more)
    return found, output


def _is_layer(name: str, module: nn.Module) -> bool:
    """Whether it computes by itself, and not for the weights of another."""
    if "parametrizations" in name.split("."):
        return False
    return all(child == "parametrizations" for child, _module in module.named_children())


def blank(networks: nn.Module, shape: tuple[int, ...]) -> Tensor:
    """One sample of zeros where the networks are, in their number format."""
    parameter = next(networks.parameters(), torch.empty(0))
    return torch.zeros(1, *shape, device=parameter.device, dtype=parameter.dtype)
