"""The weights of k networks of one shape as one, and how a family's methods are asked of all of them together.

What moves lies in one matrix, a row per member, so that clipping is a norm of rows and an optimiser has one or two
tensors per member, however many layers a network has.  Layers see views of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import torch
from torch import Tensor, nn
from torch.func import functional_call, vmap

R = TypeVar("R")
Named = dict[str, Tensor]


class StackedWeights:
    """``flat`` ``[k, p]`` holds the parameters called ``moving``, in that order; ``resting`` all else by name."""

    def __init__(self, flat: Tensor, shapes: Mapping[str, torch.Size], resting: Named) -> None:
        self.shapes, self.resting = shapes, resting
        self.place(flat)

    @staticmethod
    def of(members: Sequence[nn.ModuleDict], moving: Sequence[str]) -> StackedWeights:
        """Copies of the members' own weights and buffers."""
        states = [{**dict(member.named_parameters()), **dict(member.named_buffers())} for member in members]
        rows = [torch.cat([state[name].detach().reshape(-1) for name in moving]) for state in states]
        others = states[0].keys() - set(moving)
        resting = {name: torch.stack([state[name].detach() for state in states]) for name in sorted(others)}
        return StackedWeights(torch.stack(rows), {name: states[0][name].shape for name in moving}, resting)

    def place(self, flat: Tensor) -> None:
        """Puts the moving parameters into ``flat``, of which ``moving`` has a leaf for autograd by name."""
        self.flat = flat
        self.moving: Named = {
            name: view.detach().requires_grad_() for name, view in zip(self.shapes, self.views(flat), strict=True)
        }

    def views(self, flat: Tensor) -> list[Tensor]:
        """What a matrix like ``flat`` holds for each moving parameter, in their order: views ``[k, …]``."""
        columns = torch.split(flat, [shape.numel() for shape in self.shapes.values()], 1)
        return [own.view(len(flat), *shape) for own, shape in zip(columns, self.shapes.values(), strict=True)]

    @property
    def named(self) -> Named:
        """Every weight by its name, ``[k, …]``."""
        return {**self.moving, **self.resting}

    def keep(self, members: Tensor) -> None:
        """Leaves these members alone in the stack."""
        self.resting = {name: values[members] for name, values in self.resting.items()}
        self.place(self.flat[members])

    def state_dict(self) -> dict[str, Any]:
        """Everything that has state, a row for each member."""
        return {"flat": self.flat, "resting": self.resting}

    @torch.no_grad()
    def load_state_dict(self, state: Mapping[str, Any], rows: Tensor) -> None:
        """Takes what ``state_dict`` gave of the members at ``rows``, in this order."""
        self.flat.copy_(state["flat"][rows])
        for name, values in self.resting.items():
            values.copy_(state["resting"][name][rows])

    def copy(self) -> StackedWeights:
        """The same weights in memory of their own."""
        return StackedWeights(self.flat.clone(), self.shapes, {n: v.clone() for n, v in self.resting.items()})

    @torch.no_grad()
    def follow(self, live: StackedWeights, decay: Tensor) -> None:
        """Moves towards ``live``, of each member by one minus its ``decay`` ``[k]``; what is no float is copied."""
        gain = 1 - decay
        self.flat.lerp_(live.flat, gain.unsqueeze(1))
        for name, values in self.resting.items():
            if values.is_floating_point():
                values.lerp_(live.resting[name], gain.reshape(-1, *[1] * (values.ndim - 1)))
            else:
                values.copy_(live.resting[name])

    @torch.no_grad()
    def write(self, member: int, networks: nn.ModuleDict) -> None:
        """Copies the weights of one member into networks of its own."""
        own = self.of_member(member)
        for name, tensor in (*networks.named_parameters(), *networks.named_buffers()):
            tensor.copy_(own[name])

    @torch.no_grad()
    def read(self, member: int, networks: nn.ModuleDict) -> None:
        """Takes one member's weights from networks of its own."""
        own = self.of_member(member)  # views, so what is copied into them is in the stack
        for name, tensor in (*networks.named_parameters(), *networks.named_buffers()):
            own[name].copy_(tensor)

    def of_member(self, member: int) -> Named:
        """One member's weights by name: views."""
        return {name: values[member].detach() for name, values in self.named.items()}


class Asked(nn.Module):
    """Hands networks filled with other weights to a function."""

    def __init__(self, networks: nn.ModuleDict) -> None:
        super().__init__()
        self.networks = networks

    def forward(self, function: Callable[[nn.ModuleDict], R]) -> R:
        """What ``function`` makes of the networks."""
        return function(self.networks)

    def alone(self, weights: Named, function: Callable[[nn.ModuleDict], R]) -> R:
        """``function(networks)`` with one member's ``weights``."""
        named = {f"networks.{name}": values for name, values in weights.items()}
        found: R = functional_call(self, named, (function,))
        return found

    def together(self, weights: Named, function: Callable[[nn.ModuleDict, Named], Named], given: Named) -> Named:
        """``function(networks, given)`` of each member, with its part of ``given`` ``[k, …]``: ``[k, …]`` by name."""

        def one(own: Named, part: Named) -> Named:
            return self.alone(own, lambda networks: function(networks, part))

        # What draws from PyTorch's global generators would draw the same, or in another order, for each: an error.
        found: Named = vmap(one, randomness="error")(weights, given)
        return found


def parts(named: Named) -> Iterator[Named]:
    """Each member's part of ``named`` ``[k, …]``."""
    names = list(named)
    rows = zip(*(values.unbind(0) for values in named.values()), strict=True)
    return (dict(zip(names, row, strict=True)) for row in rows)
