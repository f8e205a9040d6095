"""A skeleton of a network over the same weights: modules of its own, so that hooks and modes touch nobody else's.

Looks put hooks on layers and ask for gradients with respect to what they give.  On a network that several threads use,
one thread's hooks would see the other's images.  A skeleton costs microseconds a layer and no memory for weights.
"""

from __future__ import annotations

from torch import nn

from trasluz.networks.copying import deep_copy


def private_copy(network: nn.ModuleDict) -> nn.ModuleDict:
    """``network`` with modules, hooks and modes of its own over the same parameters and buffers, asking no gradients.

    Writing into a parameter or buffer in place would reach the original: a skeleton is for reading.
    """
    # deepcopy takes what it finds in its memo for copied already, so that tied weights stay tied and structures of
    # the user's own (lists of modules, references to another network) need no rule here.
    memo: dict[int, object] = {}
    for parameter in network.parameters():
        memo[id(parameter)] = nn.Parameter(parameter.detach(), requires_grad=False)
    for buffer in network.buffers():
        memo[id(buffer)] = buffer.detach()
    return deep_copy(network, memo)
