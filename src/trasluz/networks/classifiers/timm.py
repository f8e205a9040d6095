"""Any image classifier of the timm library, by its name there, with fresh weights.

A phase that starts ``from: timm:NAME`` gives it trained ones; its last layer is made for the classes at hand.  An
architecture that is made for images of one size is made for the size at hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, Literal

import torch
from pydantic import Field
from torch import nn

from trasluz.errors import RecipeError
from trasluz.messages import _, did_you_mean
from trasluz.networks.enlarge import enlarged
from trasluz.networks.layers import Side
from trasluz.networks.sizes import Shape
from trasluz.networks.trying import reason_of, takes
from trasluz.recipe.base import Section

WHERE = "model.network"
_WEIGHTS = ("pretrained", "pretrained_cfg", "pretrained_cfg_overlay", "checkpoint_path", "cache_dir")
_SHAPES = ("in_chans", "num_classes")
_STEP, _TRIED = 16, 8  # pixels between sides that are tried in the place of one that an architecture has no way to take


class Config(Section):
    """``architecture``: a name from ``timm.list_models()``; ``arguments``: more of ``timm.create_model``'s.

    ``side``: images are resized to that many pixels inside the network; ``None`` leaves them.  An architecture that
    takes images of one size only is made for theirs (timm's ``img_size``).  ``last_layer``: what its weights start
    with: ``zeros`` suits one that is trained on the features of a pretrained network, because timm's own draws can be
    larger than what such a layer learns (EfficientNet's have a standard deviation of 0.4 for two classes).
    """

    architecture: str = "resnet18"
    arguments: dict[str, Any] = Field(default_factory=dict)
    side: Side | None = None
    last_layer: Literal["drawn", "zeros"] = "drawn"


def build(config: Config, shape: Shape, outputs: int) -> nn.Module:
    """The architecture for images of ``shape`` (channels, height, width), with ``outputs`` scores.

    Raises:
        RecipeError: timm has no such architecture, or refuses the arguments; or it takes no images of that size.
    """
    import timm

    _check_arguments(config.arguments)
    known = timm.list_models()
    if config.architecture not in known:
        hint = did_you_mean(config.architecture, known)
        message = _("{where}.architecture: timm has no {name!r}; timm.list_models() lists {count}.")
        raise RecipeError(message.format(where=WHERE, name=config.architecture, count=len(known)) + hint)
    settings = {"pretrained": False, "in_chans": shape[0], "num_classes": outputs, **config.arguments}
    size = (config.side, config.side) if config.side is not None else shape[1:]
    network = _made(config.architecture, settings)
    if "img_size" not in config.arguments and not takes(network, (shape[0], *size)):
        network = _made_for(size, config.architecture, settings)
    if config.last_layer == "zeros":
        _zero(network)
    return enlarged(network, config.side)


def _zero(network: nn.Module) -> None:
    """Makes the last layer's weights zeros."""
    noted: Any = network.pretrained_cfg
    names = noted["classifier"]
    for name in (names,) if isinstance(names, str) else names:
        for parameter in network.get_submodule(name).parameters():
            nn.init.zeros_(parameter)


def _made(architecture: str, settings: dict[str, Any]) -> nn.Module:
    import timm

    try:
        network: nn.Module = timm.create_model(architecture, **settings)
    except (TypeError, ValueError, RuntimeError, AssertionError) as error:
        message = _("{where}: timm cannot make {name} with these arguments: {reason}.")
        raise RecipeError(message.format(where=WHERE, name=architecture, reason=reason_of(error))) from None
    return network


def _made_for(size: tuple[int, int], architecture: str, settings: dict[str, Any]) -> nn.Module:
    """The architecture made for images of ``size`` (height, width), which it does not take by itself.

    Raises:
        RecipeError: it cannot be; names the nearest sizes for which it can.
    """
    try:
        network = _made(architecture, {**settings, "img_size": _img_size(size)})
        if takes(network, (settings["in_chans"], *size)):
            return network
    except RecipeError:  # it has no such argument, or cannot be built for this size
        pass
    message = _(
        "{where}: {name} takes no images of {height}×{width} pixels; the nearest sizes that it takes: {sizes}. Set "
        "data.size, or {where}.side, by which they are resized inside the network."
    )
    sizes = ", ".join(f"{side}×{side}" for side in _nearest_sides(max(size), architecture, settings))
    raise RecipeError(
        message.format(where=WHERE, name=architecture, height=size[0], width=size[1], sizes=sizes or _("none"))
    )


def _img_size(size: tuple[int, int]) -> int | tuple[int, int]:
    return size[0] if size[0] == size[1] else size  # some architectures know squares alone


def _nearest_sides(side: int, architecture: str, settings: dict[str, Any]) -> Iterator[int]:
    """The largest side up to ``side`` and the smallest above that images may have, and the one it was made for."""
    import timm

    above = side // _STEP * _STEP + _STEP
    cfg: Any = timm.get_pretrained_cfg(architecture)
    found = set() if cfg is None else {int(cfg.input_size[-1])}
    for tried in (range(above - _STEP, 0, -_STEP)[:_TRIED], range(above, above + _TRIED * _STEP, _STEP)):
        found |= set(islice((one for one in tried if _can_take(one, architecture, settings)), 1))
    yield from sorted(found)


def _can_take(side: int, architecture: str, settings: dict[str, Any]) -> bool:
    """Whether the architecture can be made for squares of that side; only shapes are computed, no numbers."""
    try:
        with torch.device("meta"):
            network = _made(architecture, {**settings, "img_size": side})
            return takes(network, (settings["in_chans"], side, side))
    except RecipeError:
        return False


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
