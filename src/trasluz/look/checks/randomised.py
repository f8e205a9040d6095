"""Randomised networks: what a network would be like if it had learned nothing, to compare explanations with.

Every layer draws its weights anew, from the first to the last, as in the model parameter randomisation test (Adebayo
et al. 2018, "Sanity checks for saliency maps").
"""

from __future__ import annotations

import copy
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.utils.parametrize import is_parametrized

from trasluz.rng import Rng


def randomised(
    networks: nn.ModuleDict, rng: Rng, forward: Callable[[nn.ModuleDict], object] | None = None
) -> nn.ModuleDict:
    """A copy with weights that know nothing, in evaluation mode; ``networks`` stay as they are.

    A layer draws them as PyTorch does for a new one; parameters that belong to no such layer are drawn from a normal
    distribution with the mean and deviation that they have.  ``forward(networks)`` runs images through: batch
    normalisations then take their statistics from these, as at the start of training, since those of the trained
    network fit no other.
    """
    fresh = copy.deepcopy(networks).eval()
    device = next((p.device for p in fresh.parameters()), torch.device("cpu"))
    with torch.no_grad(), rng.ambient("randomised", device=device):
        for module in fresh.modules():
            reset = getattr(module, "reset_parameters", None)
            # Of a parametrised layer it would fill a weight that is computed, not what it is computed from.
            if callable(reset) and not is_parametrized(module):
                reset()
            else:
                for parameter in module.parameters(recurse=False):
                    parameter.copy_(_alike(parameter))
        if forward is not None:
            _settle(fresh, forward)
    return fresh


def _alike(parameter: Tensor) -> Tensor:
    spread = parameter.std(correction=0)
    return parameter.mean() + spread * torch.randn_like(parameter)


def _settle(networks: nn.ModuleDict, forward: Callable[[nn.ModuleDict], object]) -> None:
    """Gives batch normalisations the statistics of one pass."""
    norms = [m for m in networks.modules() if isinstance(m, _BatchNorm) and m.track_running_stats]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.momentum = None  # the plain mean over passes
        norm.train()
    if norms:
        forward(networks)
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
        norm.eval()
