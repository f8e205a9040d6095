"""Which parameters weight decay shrinks, by name: kernels and embeddings do, biases, norms and scales do not.

Decided over the modules as they are built, so that it stays the same when the parameters of several networks are
stacked ``[k, …]`` afterwards, where a bias has as many dimensions as a kernel has by itself.
"""

from __future__ import annotations

from torch import nn
from torch.nn.modules.batchnorm import _NormBase

# LayerNorm's and GroupNorm's heirs in timm are met here too; classes of their own there have "norm" in their names.
_NORMS = (_NormBase, nn.LayerNorm, nn.GroupNorm, nn.LocalResponseNorm, nn.RMSNorm)


def decays(networks: nn.Module) -> frozenset[str]:
    """The names, as ``named_parameters`` gives them, of the parameters that decay.

    Biases do not (``bias``, and names that end so or, as an LSTM's ``bias_ih_l0``, begin so), nor what a normalisation
    holds itself, nor scales of one dimension or none (a layer scale, a learned width).
    """
    found = set()
    for path, module in networks.named_modules(remove_duplicate=False):
        if _is_norm(module):
            continue
        for name, parameter in module.named_parameters(recurse=False):
            if not _is_bias(name) and parameter.ndim > 1:
                found.add(f"{path}.{name}".strip("."))
    return frozenset(found)


def _is_norm(module: nn.Module) -> bool:
    return isinstance(module, _NORMS) or "norm" in type(module).__name__.lower()


def _is_bias(name: str) -> bool:
    return name.endswith("bias") or name.startswith("bias_")
