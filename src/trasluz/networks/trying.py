"""Why a network cannot be used as it is: sentences about the inputs that it does not take, with one that it does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

import torch
from torch import Tensor, nn

from trasluz.errors import RecipeError
from trasluz.messages import _
from trasluz.networks.copying import deep_copy
from trasluz.rng import Rng

N = TypeVar("N", bound=nn.Module)

_CHANNELS = (1, 3, 4)
_SIDES = (32, 64, 28, 96, 128, 224, 256, 299, 384)  # of usual data and of networks that were trained on ImageNet
_MOST = 2_000_000  # numbers of an image beyond which no other sizes are tried


def reason_of(error: BaseException) -> str:
    """The first line of what an error says, or its kind, without a full stop."""
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__


def copied(network: N, where: str) -> N:
    """A copy of ``network`` with weights of its own.

    Raises:
        RecipeError: it cannot be copied, which training and looks do.
    """
    try:
        return deep_copy(network)
    except Exception as error:  # a user's network may hold anything
        message = _(
            "{where}: the network cannot be copied, which training and looks do ({reason}); leave out what cannot be, "
            "such as weights computed by torch.nn.utils.weight_norm or spectral_norm: those of "
            "torch.nn.utils.parametrizations can."
        )
        raise RecipeError(message.format(where=where, reason=reason_of(error))) from error


def noise(*shape: int) -> Tensor:
    """Values in [0, 1], the same at every call: what a network is tried on, as some refuse images of one colour."""
    return torch.rand(*shape, generator=torch.Generator().manual_seed(0))


def cannot_take(where: str, shape: tuple[int, ...], error: BaseException, network: nn.Module | None = None) -> str:
    """The sentence for a ``network`` that raised ``error`` on samples of ``shape``, with what it does take if found."""
    message = _("{where}: the network cannot take inputs of the shape {given}: {reason}.")
    told = message.format(where=where, given=["n", *shape], reason=reason_of(error))
    advice = "" if network is None else _advice(network, shape)
    return f"{told} {advice}" if advice else told


def _advice(network: nn.Module, shape: tuple[int, ...]) -> str:
    kinds = {p.dtype for p in network.parameters() if p.is_floating_point()} - {torch.float32}
    if kinds:
        message = _("Some of its weights are {kind}, and inputs are torch.float32: return network.float().")
        return message.format(kind=next(iter(sorted(map(str, kinds)))))
    for other, advice in _others(shape):
        if takes(network, other):
            return advice
    return _("Give it others with data.size and data.channels, or change the network.") if len(shape) == 3 else ""


def _others(shape: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], str]]:
    """Other shapes that a network could want, the likeliest first, and what to do if it takes them."""
    if len(shape) != 3:
        return
    flat = shape[0] * shape[1] * shape[2]
    yield (flat,), _("It takes rows of {count} numbers: let it begin with nn.Flatten().").format(count=flat)
    for channels in _CHANNELS:
        yield (channels, *shape[1:]), _("It takes {count} channels: set data.channels: {count}.").format(count=channels)
    for side in _SIDES if flat <= _MOST else ():
        message = _("It takes images of {side}×{side} pixels: set data.size: {side}.")
        yield (shape[0], side, side), message.format(side=side)
    for side in _SIDES if flat <= _MOST else ():
        message = _("It takes images of {side}×{side} pixels in colours: set data.size: {side} and data.channels: 3.")
        yield (3, side, side), message.format(side=side)


def takes(network: nn.Module, shape: tuple[int, ...]) -> bool:
    """Whether ``network`` makes something of samples of ``shape``; on the meta device only shapes are computed."""
    device = next((parameter.device for parameter in network.parameters()), torch.device("cpu"))
    try:
        with torch.no_grad(), Rng(0).ambient("shape"):
            trial = network if device.type == "meta" else deep_copy(network)
            trial.eval()(torch.empty(2, *shape, device=device) if device.type == "meta" else noise(2, *shape))
    except Exception:  # whatever a network raises, it does not take them
        return False
    return True
