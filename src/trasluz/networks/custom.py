"""A network of the user's own, from ``module: my_package.my_net:build``.

The function is called as ``build(input_shape=..., outputs=..., **arguments)`` and returns an ``nn.Module``.  The
current folder is searched first, as ``python -m`` does, so that a file beside the recipe is found.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field
from torch import nn

from trasluz.errors import RecipeError
from trasluz.messages import _
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
        RecipeError: the module or function is absent, the call fails, or its result is not a network.
    """
    function = _find(section.module, where)
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


def _find(reference: str, where: str) -> Callable[..., Any]:
    name, function = reference.split(":")
    with _current_folder_first():
        try:
            module = importlib.import_module(name)
        except Exception as error:  # a user's module may raise anything while it is imported
            message = _("{where}.module: {name} cannot be imported from {folder} or the installed packages: {reason}.")
            text = message.format(where=where, name=name, folder=Path.cwd(), reason=str(error).rstrip("."))
            raise RecipeError(text) from error
    found = getattr(module, function, None)
    if not callable(found):
        raise RecipeError(
            _("{where}.module: {name} has no function {function!r}.").format(where=where, name=name, function=function)
        )
    result: Callable[..., Any] = found
    return result


@contextmanager
def _current_folder_first() -> Iterator[None]:
    folder = str(Path.cwd())
    sys.path.insert(0, folder)
    try:
        importlib.invalidate_caches()
        yield
    finally:
        sys.path.remove(folder)
