"""Features: what goes into the last layer of a network that has weights, by which it tells images apart."""

from __future__ import annotations

from torch import Tensor, nn

from trasluz.errors import RequestError
from trasluz.messages import _

_WEIGHTED = (nn.Linear, nn.Conv1d, nn.Conv2d)


def penultimate(network: nn.Module, inputs: Tensor) -> Tensor:
    """Float32 ``[n, d]``: the input of the last linear or convolutional layer that computes, for these ``inputs``.

    Of maps ``[n, d, h, w]`` the mean over positions, of tokens ``[n, t, d]`` the mean over tokens.

    Raises:
        RequestError: the network has no such layer of its own (a user's module that calls functions instead).
    """
    seen: list[Tensor] = []

    def keep(_module: nn.Module, given: tuple[Tensor, ...]) -> None:
        seen[:] = given[:1]

    hooks = [m.register_forward_pre_hook(keep) for m in network.modules() if isinstance(m, _WEIGHTED)]
    try:
        network(inputs)
    finally:
        for hook in hooks:
            hook.remove()
    if not seen:
        raise RequestError(
            _("This network has no linear or convolutional layer as a module, so its features cannot be read.")
        )
    return _flat(seen[0].float())


def _flat(features: Tensor) -> Tensor:
    """``[n, d]`` from ``[n, d]``, ``[n, t, d]`` or ``[n, d, h, w]``."""
    if features.ndim == 3:
        return features.mean(1)
    return features.flatten(2).mean(2) if features.ndim > 3 else features
