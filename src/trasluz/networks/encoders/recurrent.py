"""Recurrent layers over the steps of a sequence, or the rows of an image; the last state is the code."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor, nn

from trasluz.networks.layers import Channels
from trasluz.networks.recurrence import Cell, Initial, recurrent_layers, rows_as_steps, steps_and_features
from trasluz.recipe.base import Section

ANY_SHAPE = True
WHERE = "model.encoder"


class Config(Section):
    """``hidden``: state sizes of the layers before the last; ``code``: that of the last, and numbers of the code.

    ``initial``: ``keras`` draws input kernels Glorot-uniform and recurrent ones orthogonal, with zero biases but for
    the LSTM's forget gate, which starts at 1 (Jozefowicz et al. 2015); ``torch`` draws all of them uniformly.
    """

    cell: Cell = "lstm"
    hidden: tuple[Channels, ...] = (100,)
    code: Channels = 30
    initial: Initial = "keras"


class RecurrentEncoder(nn.Module):
    """``[n, steps, features]`` or ``[n, c, h, w]`` → the state after the last step, ``[n, code]``, for any steps."""

    takes_lengths: ClassVar[bool] = True

    def __init__(self, features: int, config: Config) -> None:
        super().__init__()
        self.layers = recurrent_layers(config.cell, features, (*config.hidden, config.code), config.initial)

    def forward(self, samples: Tensor, lengths: Tensor | None = None) -> Tensor:
        """The code; with ``lengths``, int64 ``[n]`` from 1 on, the state after that many steps.

        A state knows only what came before it, so what stands beyond a sequence's length changes nothing.
        """
        states: Tensor = self.layers(rows_as_steps(samples))
        if lengths is None:
            return states[:, -1]
        return states[torch.arange(len(states), device=states.device), lengths - 1]


def build(config: Config, shape: tuple[int, ...]) -> nn.Module:
    """The encoder for sequences of ``shape`` (steps, features), or images of ``shape`` (channels, height, width).

    Raises:
        RecipeError: samples of ``shape`` have no steps.
    """
    return RecurrentEncoder(steps_and_features(shape, WHERE)[1], config)
