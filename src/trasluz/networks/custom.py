"""A network of the user's own, from ``module: my_package.my_net:build``.

The function is called as ``build(input_shape=..., outputs=..., **arguments)`` and returns an ``nn.Module``.  Nothing of
its package is imported unless the person at this machine allowed it (``own_code.py``).
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field
from torch import nn

from trasluz.errors import RecipeError
from trasluz.messages import _
from trasluz.networks.own_code import find_function
from trasluz.recipe.base import Section


class CustomSection(Section):
    """``module``: a dotted module, a colon, and a function in it; ``arguments``: passed on to it by name."""

    module: Annotated[str, Field(pattern=r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$")]
    arguments: dict[str, Any] = Field(default_factory=dict)


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
        network = function(input_shape=input_shape, outputs=outputs, **section.arguments)
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
    return network
