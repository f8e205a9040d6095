"""Any image classifier of the timm library, by its name there, with fresh weights.

A phase that starts ``from: timm:NAME`` gives it trained ones; its last layer is made for the classes at hand.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field
from torch import nn

from trasluz.errors import RecipeError
from trasluz.messages import _, did_you_mean
from trasluz.networks.enlarge import enlarged
from trasluz.networks.layers import Side
from trasluz.networks.sizes import Shape
from trasluz.recipe.base import Section

WHERE = "model.network"
_WEIGHTS = ("pretrained", "pretrained_cfg", "pretrained_cfg_overlay", "checkpoint_path", "cache_dir")
_SHAPES = ("in_chans", "num_classes")


class Config(Section):
    """``architecture``: a name from ``timm.list_models()``; ``arguments``: more of ``timm.create_model``'s.

    ``side``: images are resized to that many pixels inside the network; ``None`` leaves them.
    """

    architecture: str = "resnet18"
    arguments: dict[str, Any] = Field(default_factory=dict)
    side: Side | None = None


def build(config: Config, shape: Shape, outputs: int) -> nn.Module:
    """The architecture for images of ``shape`` (channels, height, width), with ``outputs`` scores.

    Raises:
        RecipeError: timm has no such architecture, or refuses the arguments.
    """
    import timm

    _check_arguments(config.arguments)
    known = timm.list_models()
    if config.architecture not in known:
        hint = did_you_mean(config.architecture, known)
        message = _("{where}.architecture: timm has no {name!r}; timm.list_models() lists {count}.")
        raise RecipeError(message.format(where=WHERE, name=config.architecture, count=len(known)) + hint)
    settings = {"pretrained": False, "in_chans": shape[0], "num_classes": outputs, **config.arguments}
    try:
        network: nn.Module = timm.create_model(config.architecture, **settings)
    except (TypeError, ValueError, RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        message = _("{where}: timm cannot make {name} with these arguments: {reason}.")
        raise RecipeError(message.format(where=WHERE, name=config.architecture, reason=reason)) from None
    return enlarged(network, config.side)


def _check_arguments(arguments: dict[str, Any]) -> None:
    """Refuses what has its own place in a recipe.

    Raises:
        RecipeError: weights, or a shape that follows from the data.
    """
    for name in arguments:
        if name in _WEIGHTS:
            message = _("{where}.arguments.{name}: weights come by a phase with from: timm:NAME; leave this out.")
            raise RecipeError(message.format(where=WHERE, name=name))
        if name in _SHAPES:
            message = _("{where}.arguments.{name}: this follows from the data; leave it out.")
            raise RecipeError(message.format(where=WHERE, name=name))
