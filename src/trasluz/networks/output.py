"""Which of several things that a network gives is its output: ``output: logits`` in a recipe, or ``output: 0``.

Networks of other libraries give tuples, dictionaries or objects with fields.  A hook picks one tensor, so that the
network's weights keep their names.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor, nn

from trasluz.errors import RecipeError
from trasluz.messages import _, did_you_mean

Key = str | int


def parts_of(given: object) -> dict[Key, object]:
    """What ``given`` consists of, by the names (or the numbers, from 0) that ``output`` takes; empty for one thing."""
    if isinstance(given, Mapping):
        return {key: value for key, value in given.items() if isinstance(key, (str, int))}
    names = getattr(given, "_fields", None)
    if isinstance(given, tuple) and names is not None:
        return dict(zip(names, given, strict=True))
    if dataclasses.is_dataclass(given) and not isinstance(given, type):
        return {field.name: getattr(given, field.name) for field in dataclasses.fields(given)}
    if isinstance(given, Sequence) and not isinstance(given, str):
        return dict(enumerate(given))
    return {}


def shape_in_words(value: object) -> str:
    """The shape of a tensor as ``[2, 10]``; the kind of anything else."""
    return str(list(value.shape)) if isinstance(value, Tensor) else type(value).__name__


class Pick:
    """Picks the part ``key`` of what a network gives; one tensor is taken as it is.

    That is because a network may give more than its scores only while it trains.
    """

    def __init__(self, key: Key, where: str) -> None:
        self.key, self.where = key, where

    def __call__(self, _network: nn.Module, _given: tuple[Any, ...], output: object) -> object:
        """The part.

        Raises:
            RecipeError: there is none of that name or number; names those that there are.
        """
        if isinstance(output, Tensor):
            return output
        parts = parts_of(output)
        values = list(parts.values())
        if self.key in parts:
            return parts[self.key]
        if isinstance(self.key, int) and -len(values) <= self.key < len(values):  # the place of what has a name
            return values[self.key]
        allowed = ", ".join(f"{key} {shape_in_words(value)}" for key, value in parts.items()) or _("none")
        hint = did_you_mean(str(self.key), [key for key in parts if isinstance(key, str)])
        message = _("{where}.output: the network gives no {key!r}; allowed: {allowed}.")
        raise RecipeError(message.format(where=self.where, key=self.key, allowed=allowed) + hint)


def picked(network: nn.Module, key: Key | None, where: str) -> nn.Module:
    """``network``, which gives the part ``key`` of what it gave; ``None`` changes nothing."""
    if key is not None:
        network.register_forward_hook(Pick(key, where))
    return network


def refusal(given: object, where: str, needed: tuple[int, ...] | None) -> str:
    """Why ``given``, what a network made of two samples, is no output, with the setting that makes it one.

    ``needed``: the shape of one output, where it is known.
    """
    parts = parts_of(given)
    listed = ", ".join(f"{key} {shape_in_words(value)}" for key, value in parts.items())
    kind = type(given).__name__ if parts else shape_in_words(given)
    fitting = {key: value for key, value in parts.items() if isinstance(value, Tensor) and value.shape[:1] == (2,)}
    exact = [key for key, value in fitting.items() if needed is None or tuple(value.shape[1:]) == needed]
    if not exact:
        message = _("{where}: for 2 images the network must give one tensor of 2 rows, but it gives {given}.")
        return message.format(where=where, given=f"{kind} ({listed})" if listed else kind)
    message = _(
        "{where}: the network must give one tensor, but it gives {kind} ({parts}); say which of them is its output, "
        "such as {where}.output: {key}."
    )
    return message.format(where=where, kind=kind, parts=listed, key=exact[0])
