"""Layouts: where the channels and the places of a layer's output lie, so that every output can be read as a map.

Convolutions give ``[n, c, h, w]``.  Transformers give tokens ``[n, tokens, c]``, one per patch of the image behind
those without a place (class and register tokens), or, where attention is windowed, ``[n, h, w, c]``.  Nothing lists
architectures: the grid of patches is that of the last map seen on the way, and how many tokens stand before it is what
the network says of itself (``num_prefix_tokens``, as timm's do) or what is left over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import torch
from torch import Tensor, nn

_MOST_BEFORE = 16  # tokens without a place: a class token, one for distillation, a few registers
_ELEMENTWISE = ("Dropout", "Identity", "DropPath", "LayerScale", "GELU")  # besides PyTorch's own activations


@dataclass(frozen=True)
class Layout:
    """``channels``: the axis before or after the places.  ``grid``: the (height, width) of tokens in one axis, of which
    ``before`` tokens have no place; ``None`` where height and width are axes of their own."""

    channels: Literal["first", "last"] = "first"
    grid: tuple[int, int] | None = None
    before: int = 0

    def maps(self, values: Tensor) -> Tensor:
        """A view ``[..., c, h, w]`` of values of the layer's shape after any axes."""
        if self.grid is not None:
            tokens = values[..., self.before :, :]
            return tokens.reshape(*tokens.shape[:-2], *self.grid, tokens.shape[-1]).movedim(-1, -3)
        return values if self.channels == "first" else values.movedim(-1, -3)

    def shape(self, of: tuple[int, ...]) -> tuple[int, ...]:
        """The shape of the ``maps`` of values of this shape."""
        return tuple(self.maps(torch.empty(of, device="meta")).shape)

    def without(self, output: Tensor, channels: Tensor) -> Tensor:
        """A copy of ``output`` ``[m, ...]`` with some channels of each (int64 ``[m, s]``) zero at all places."""
        changed = output.clone()
        # The maps are a view, so this writes into the copy.
        self.maps(changed)[torch.arange(len(changed), device=changed.device)[:, None], channels] = 0
        return changed


FIRST = Layout()


@dataclass
class Reader:
    """Reads the layouts of a network's layers, which it must be shown in the order of computation."""

    network: nn.Module
    _grids: list[tuple[int, int]] = field(default_factory=list)
    _known: dict[tuple[int, ...], set[Layout]] = field(default_factory=dict)

    @cached_property
    def _mixed(self) -> bool:
        """Whether the network also has layers with their channels last."""
        return any(is_token_norm(module) for module in self.network.modules())

    def read(self, module: nn.Module, shape: Sequence[int], batch: int) -> Layout | None:
        """The layout of an output of that ``shape`` for ``batch`` images (more than one); ``None`` if it is no map."""
        if shape[0] != batch:  # windows of an image in the batch's axis
            return None
        own = tuple(shape[1:])
        found = self._inherited(own) if _is_elementwise(module) else self._own(module, own)
        if found is None:
            return None
        self._known.setdefault(own, set()).add(found)
        if found.grid is None:
            high, wide = own[1:] if found.channels == "first" else own[:2]
            self._grids += [(high, wide)] if high * wide > 1 else []
        return found

    def _inherited(self, shape: tuple[int, ...]) -> Layout | None:
        """That of the layers before that gave this shape; of a new shape that of convolutions, where all are."""
        known = self._known.get(shape, set())
        if len(known) == 1:
            return next(iter(known))
        return FIRST if not known and not self._mixed and len(shape) == 3 else None

    def _own(self, module: nn.Module, shape: tuple[int, ...]) -> Layout | None:
        last = is_token_norm(module) or isinstance(module, nn.Linear) or _moves_channels(module)
        if len(shape) == 2:
            return self._tokens(shape[0]) if last else None
        if len(shape) != 3 or (last and not self._on_the_way(shape[:2])):
            return None
        return Layout("last") if last else FIRST

    def _on_the_way(self, grid: tuple[int, ...]) -> bool:
        """Whether such a grid can follow the last one; heads × tokens inside attention cannot."""
        return bool(self._grids) and all(new <= old for new, old in zip(grid, self._grids[-1], strict=True))

    def _tokens(self, tokens: int) -> Layout | None:
        """Tokens over the latest grid with as many places, after those that have none."""
        said = next((n for m in self.network.modules() if (n := _said(m)) is not None), None)
        # 0 as well where the network says how many: a norm of patches stands before the class token joins them.
        allowed = range(_MOST_BEFORE + 1) if said is None else (0, said)
        for grid in reversed(self._grids):
            before = tokens - grid[0] * grid[1]
            if before in allowed:
                return Layout("last", grid, before)
        return None


def is_token_norm(module: nn.Module) -> bool:
    """Whether it normalises over channels in the last axis; timm's ``LayerNorm2d`` has its channels first."""
    return isinstance(module, (nn.LayerNorm, nn.RMSNorm)) and "2d" not in type(module).__name__.lower()


def _said(module: nn.Module) -> int | None:
    """How many tokens of a network have no place, in its own words."""
    found = getattr(module, "num_prefix_tokens", None)
    return found if isinstance(found, int) else None


def _moves_channels(module: nn.Module) -> bool:
    """Whether it only moves the channels of maps behind their places, as torchvision's ``Permute`` does."""
    return type(module).__name__ == "Permute" and list(getattr(module, "dims", ())) == [0, 2, 3, 1]


def _is_elementwise(module: nn.Module) -> bool:
    kind = type(module)
    return kind.__module__ == "torch.nn.modules.activation" or kind.__name__.startswith(_ELEMENTWISE)
