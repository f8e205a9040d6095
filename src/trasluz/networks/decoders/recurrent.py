"""The code at every step, recurrent layers over the steps, and one dense layer that makes each step's numbers."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar

from pydantic import Field
from torch import Tensor, nn

from trasluz.networks.initialise import initialise
from trasluz.networks.layers import Channels
from trasluz.networks.recurrence import Cell, Initial, recurrent_layers, steps_and_features, steps_as_rows
from trasluz.recipe.base import Section

ANY_SHAPE = True
WHERE = "model.decoder"


class Config(Section):
    """``hidden``: state sizes of the recurrent layers. ``cell`` and ``initial`` as in the recurrent encoder; with
    ``initial: keras`` the dense layer is drawn Glorot-uniform, too.
    """

    cell: Cell = "lstm"
    hidden: Annotated[tuple[Channels, ...], Field(min_length=1)] = (100,)
    initial: Initial = "keras"


class RecurrentDecoder(nn.Module):
    """``[n, code]`` → ``[n, steps, features]``, or ``[n, c, h, w]`` row by row."""

    takes_steps: ClassVar[bool] = True

    def __init__(self, code: int, shape: tuple[int, ...], config: Config) -> None:
        super().__init__()
        self.shape = shape
        self.steps, features = steps_and_features(shape, WHERE)
        self.layers = recurrent_layers(config.cell, code, config.hidden, config.initial)
        self.dense = nn.Linear(config.hidden[-1], features)
        initialise(self.dense, "glorot-uniform" if config.initial == "keras" else "torch")

    def forward(self, code: Tensor, steps: int | None = None) -> Tensor:
        """The raw numbers of ``steps`` steps, by default as many as the longest sample of the data has."""
        repeated = code.flatten(1).unsqueeze(1).expand(-1, steps or self.steps, -1)
        values: Tensor = self.dense(self.layers(repeated))
        return steps_as_rows(values, self.shape)


def build(config: Config, code: tuple[int, ...], shape: tuple[int, ...]) -> nn.Module:
    """The decoder from codes of shape ``code`` to raw outputs of ``shape``, a sequence's or an image's.

    Raises:
        RecipeError: samples of ``shape`` have no steps.
    """
    return RecurrentDecoder(math.prod(code), shape, config)
