"""A network of the user's own, from ``module: my_package.my_net:build``.

The function is called as ``build(input_shape=..., outputs=..., **arguments)``, or with these two in the first places
where it calls them otherwise, and returns an ``nn.Module``.  Nothing of its package is imported unless the person at
this machine allowed it (``own_code.py``).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Annotated, Any

import torch
from pydantic import Field, StrictInt
from torch import nn
from torch.nn.parameter import is_lazy

from trasluz.errors import RecipeError
from trasluz.messages import _
from trasluz.networks.output import picked
from trasluz.networks.own_code import find_function
from trasluz.networks.trying import cannot_take
from trasluz.recipe.base import Section


class CustomSection(Section):
    """``module``: a dotted module, a colon, and a function in it; ``arguments``: passed on to it by name.  ``output``:
    of a network that gives several things, the name (``logits``) or the place (``0``) of the one that counts.
    """

    module: Annotated[str, Field(pattern=r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$")]
    arguments: dict[str, Any] = Field(default_factory=dict)
    output: StrictInt | Annotated[str, Field(min_length=1)] | None = None


def build_custom(
    section: CustomSection, input_shape: tuple[int, ...], outputs: int | tuple[int, ...] | None, where: str
) -> nn.Module:
    """The user's network.

    ``outputs``: the number of scores of a classifier, ``None`` for an encoder, or the image's shape for a decoder.

    Raises:
        RecipeError: the module was not allowed, it or the function is absent, the call fails, or its result is not a
            network.
    """
    function = find_function(section.module, where)
    try:
        network = _call(function, input_shape, outputs, section.arguments)
    except Exception as error:  # whatever a user's function raises is told in one sentence
        message = _("{where}: {module}(input_shape={shape}, outputs={outputs}, …) failed: {kind}: {reason}.")
        text = message.format(
            where=where,
            module=section.module,
            shape=input_shape,
            outputs=outputs,
            kind=type(error).__name__,
            reason=str(error).rstrip("."),
        )
        raise RecipeError(text) from error
    if not isinstance(network, nn.Module):
        message = _("{where}: {module} must return a torch.nn.Module, but it returned {kind}.")
        raise RecipeError(message.format(where=where, module=section.module, kind=type(network).__name__))
    _check(network, section.module, where)
    _fill_lazy(network, input_shape, where)
    return picked(network, section.output, where)


def _call(
    function: Callable[..., Any],
    input_shape: tuple[int, ...],
    outputs: int | tuple[int, ...] | None,
    arguments: dict[str, Any],
) -> Any:
    """What the function returns; it may call its first two parameters as it likes."""
    try:
        inspect.signature(function).bind(input_shape=input_shape, outputs=outputs, **arguments)
    except ValueError:  # a function without a signature that can be read
        pass
    except TypeError:
        return function(input_shape, outputs, **arguments)
    return function(input_shape=input_shape, outputs=outputs, **arguments)


def _check(network: nn.Module, module: str, where: str) -> None:
    """Refuses networks that cannot be trained or looked into, whatever they compute.

    Raises:
        RecipeError: TorchScript, or weights that are complex numbers.
    """
    if isinstance(network, torch.jit.ScriptModule):
        message = _(
            "{where}: {module} returned a TorchScript module, which cannot be copied with its weights; return the "
            "torch.nn.Module that it was made from, without torch.jit."
        )
        raise RecipeError(message.format(where=where, module=module))
    for name, parameter in network.named_parameters():
        if parameter.is_complex():
            message = _(
                "{where}: {name} has complex numbers ({kind}), which no optimiser here moves; keep them as real ones, "
                "with torch.view_as_real, and make them complex in forward."
            )
            raise RecipeError(message.format(where=where, name=name, kind=parameter.dtype))


def _fill_lazy(network: nn.Module, input_shape: tuple[int, ...], where: str) -> None:
    """Shows a network with lazy layers two blank samples, by which these learn their shapes.

    Raises:
        RecipeError: the network cannot take them, or has layers that they do not reach.
    """
    if not any(is_lazy(parameter) for parameter in (*network.parameters(), *network.buffers())):
        return
    training = network.training
    try:
        with torch.no_grad():
            network.eval()(torch.zeros(2, *input_shape))
    except Exception as error:  # a user's network may raise anything
        raise RecipeError(cannot_take(where, input_shape, error)) from error
    network.train(training)
    left = [name for name, parameter in network.named_parameters() if is_lazy(parameter)]
    if left:
        message = _("{where}: {name} is a lazy layer that forward does not use; leave it out, or give it its shape.")
        raise RecipeError(message.format(where=where, name=left[0].rpartition(".")[0]))
