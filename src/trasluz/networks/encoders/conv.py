"""A chain of convolutions and pools, with a spatial, a pooled or a flat code.

A Keras ``Dense`` on ``[h, w, c]`` maps works on every place alike; that is what ``pointwise`` is.
"""

from __future__ import annotations

from torch import nn

from trasluz.errors import RecipeError
from trasluz.messages import _
from trasluz.networks.chain import ChainSection, add_chain
from trasluz.networks.initialise import Initialiser, initialise
from trasluz.networks.layers import Channels, Flatten, GlobalKind, activation
from trasluz.networks.penalties import mark_l2
from trasluz.networks.sizes import Shape

WHERE = "model.encoder"


class Config(ChainSection):
    """The chain's settings, and what becomes of its last maps.

    ``pointwise``: channels of a dense layer applied at every place of the last maps, which are then the code.
    ``code``: numbers of a flat code, made from all maps by one linear layer; ``None`` leaves the code spatial.
    ``global_pool``: the last stage pools each of its maps to one number instead of by windows: as many numbers as
    its channels (twice as many for ``both``), whatever the size of the image, which are the code where none of
    the others is asked for.
    ``initial_code`` draws these two; they carry no penalty where ``l2`` is given.
    """

    pointwise: Channels | None = None
    code: Channels | None = None
    global_pool: GlobalKind | None = None
    initial_code: Initialiser = "torch"


def build(config: Config, shape: Shape) -> nn.Module:
    """The encoder for images of ``shape`` (channels, height, width).

    Raises:
        RecipeError: the images are too small for this many stages, or ``pointwise`` is asked of pooled maps.
    """
    if config.global_pool is not None and config.pointwise is not None:
        message = _("model.encoder: global_pool leaves no places for pointwise to work at; leave one of them out.")
        raise RecipeError(message)
    network = nn.Sequential()
    channels, height, width = add_chain(network, config, shape, WHERE, config.global_pool)
    unpenalised = None if config.l2 is None else 0.0
    if config.pointwise is not None:
        dense = nn.Conv2d(channels, config.pointwise, 1)
        initialise(dense, config.initial_code)
        network.add_module("pointwise", mark_l2(dense, unpenalised))
        network.add_module("pointwise_activation", activation(config.activation))
        channels = config.pointwise
    if config.code is not None:
        code = nn.Linear(channels * height * width, config.code)
        initialise(code, config.initial_code)
        if config.global_pool is None:
            network.add_module("flatten", Flatten())
        network.add_module("code", mark_l2(code, unpenalised))
    return network
