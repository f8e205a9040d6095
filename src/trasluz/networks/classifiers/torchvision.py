"""Any image classifier of torchvision, by its name there, with fresh weights.

A phase that starts ``from: torchvision:NAME`` gives it trained ones; its last layer is made for the classes at hand.
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
_OWN_CHANNELS = 3
_WITHOUT_MORE_OUTPUTS = {"googlenet": {"init_weights": True}, "inception_v3": {"init_weights": True}}


class Config(Section):
    """``architecture``: a name from ``torchvision.models.list_models()``; ``arguments``: more of its function's.

    ``side``: images are resized to that many pixels inside the network; ``None`` leaves them.
    """

    architecture: str = "resnet18"
    arguments: dict[str, Any] = Field(default_factory=dict)
    side: Side | None = None


def build(config: Config, shape: Shape, outputs: int) -> nn.Module:
    """The architecture for images of ``shape`` (channels, height, width), with ``outputs`` scores.

    For other than three channels its first convolution is made anew.

    Raises:
        RecipeError: torchvision has no such architecture, or refuses the arguments.
    """
    import torchvision

    models: Any = torchvision.models
    known = models.list_models(module=models)
    if config.architecture not in known:
        hint = did_you_mean(config.architecture, known)
        message = _("{where}.architecture: torchvision has no {name!r}; it has {count} image classifiers.")
        raise RecipeError(message.format(where=WHERE, name=config.architecture, count=len(known)) + hint)
    plain = _WITHOUT_MORE_OUTPUTS.get(config.architecture)
    settings = {"aux_logits": False, **plain} if plain else {}
    try:
        network: Any = models.get_model(
            config.architecture, weights=None, **{"num_classes": outputs, **settings, **config.arguments}
        )
    except (TypeError, ValueError, RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        message = _("{where}: torchvision cannot make {name} with these arguments: {reason}.")
        raise RecipeError(message.format(where=WHERE, name=config.architecture, reason=reason)) from None
    network.pretrained_cfg = _shown(models, config.architecture)
    _for_channels(network, shape[0])
    return enlarged(network, config.side)


def _shown(models: Any, architecture: str) -> dict[str, Any]:
    """What the architecture's published weights were shown, noted as timm notes it on its networks."""
    wanted = models.get_model_weights(architecture)["DEFAULT"].transforms()
    side = wanted.crop_size[0]
    return {"input_size": (_OWN_CHANNELS, side, side), "mean": tuple(wanted.mean), "std": tuple(wanted.std)}


def _for_channels(network: nn.Module, channels: int) -> None:
    """Replaces the first convolution by one for images of ``channels``."""
    if channels == _OWN_CHANNELS:
        return
    path, first = next((name, module) for name, module in network.named_modules() if isinstance(module, nn.Conv2d))
    made: Any = first
    conv = nn.Conv2d(
        channels, made.out_channels, made.kernel_size, made.stride, made.padding, bias=made.bias is not None
    )
    parent, _dot, name = path.rpartition(".")
    setattr(network.get_submodule(parent), name, conv)
