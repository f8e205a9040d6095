"""Recurrent layers, with Keras' first weights and Keras' one bias per gate, and sequences made of images.

Both are PyTorch's own layers: on a CPU its LSTM is one oneDNN call per layer and direction, which trained the
autoencoder of rows (28 steps of 28 pixels, 100 and 30 units, batches of 32) 1.7 times as fast as a loop over cells
in float32 and 2.6 times in bf16, on one core; batch first or steps first made no difference.  A second thread made
it a third slower, as did halves of the batch in two threads of Python; at batches of 128 it gains a tenth.  There
is no such call for a GRU, whose loop over cells is several times slower in bf16 than in float32, so it computes in
float32 on a CPU.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

from trasluz.networks.sizes import need_image

Cell = Literal["lstm", "gru"]
Initial = Literal["keras", "torch"]


class Lstm(nn.LSTM):
    """A long short-term memory (Hochreiter & Schmidhuber 1997) with a forget gate: ``[n, steps, in]`` → states.

    It has one bias vector: PyTorch's second one stays at zero and is no parameter, because two that learn would
    move their sum twice as fast.
    """

    def __init__(self, inputs: int, hidden: int, initial: Initial = "keras") -> None:
        super().__init__(inputs, hidden, batch_first=True)
        del self.bias_hh_l0
        self.register_buffer("bias_hh_l0", torch.zeros(4 * hidden), persistent=False)
        self._init_flat_weights()  # what PyTorch hands to its kernels: the parameters and this buffer
        if initial == "keras":
            _draw_as_keras(self)

    def forward(self, values: Tensor) -> Tensor:  # type: ignore[override]  # the states alone, as other layers do
        """The state after each step, ``[n, steps, hidden]``, from the state zero."""
        states: Tensor = super().forward(values)[0]
        return states


class Gru(nn.GRU):
    """A gated recurrent unit (Cho et al. 2014), its reset after the matrix product: ``[n, steps, in]`` → states.

    Both of its bias vectors learn, as in Keras: the reset gate works on one of them.
    """

    def __init__(self, inputs: int, hidden: int, initial: Initial = "keras") -> None:
        super().__init__(inputs, hidden, batch_first=True)
        if initial == "keras":
            _draw_as_keras(self)

    def forward(self, values: Tensor) -> Tensor:  # type: ignore[override]  # the states alone, as other layers do
        """The state after each step, ``[n, steps, hidden]``, from the state zero."""
        if values.device.type != "cpu":
            states: Tensor = super().forward(values)[0]
        else:
            with torch.autocast("cpu", enabled=False):
                states = super().forward(values.float())[0]
        return states


def _draw_as_keras(layer: Lstm | Gru) -> None:
    """Input kernel Glorot-uniform, recurrent kernel orthogonal, biases 0; an LSTM's forget gate starts at 1."""
    nn.init.xavier_uniform_(layer.get_parameter("weight_ih_l0"))
    nn.init.orthogonal_(layer.get_parameter("weight_hh_l0"))
    for name, parameter in layer.named_parameters():
        if name.startswith("bias"):
            nn.init.zeros_(parameter)
    if isinstance(layer, Lstm):
        nn.init.ones_(layer.get_parameter("bias_ih_l0")[layer.hidden_size : 2 * layer.hidden_size])


def recurrent_layers(cell: Cell, inputs: int, sizes: tuple[int, ...], initial: Initial) -> nn.Sequential:
    """Layers ``lstm1`` … (or ``gru1`` …), each on the states of the one before: ``[n, steps, in]`` → states."""
    layers = nn.Sequential()
    kind = Lstm if cell == "lstm" else Gru
    for number, size in enumerate(sizes, 1):
        layers.add_module(f"{cell}{number}", kind(inputs, size, initial))
        inputs = size
    return layers


def steps_and_features(shape: tuple[int, ...], where: str) -> tuple[int, int]:
    """Steps of one sample and numbers per step: of sequences their own, of images the rows and what a row holds.

    Raises:
        RecipeError: ``shape`` is neither an image's nor a sequence's.
    """
    if len(shape) == 2:
        return shape[0], shape[1]
    channels, height, width = need_image(shape, where)
    return height, width * channels


def rows_as_steps(samples: Tensor) -> Tensor:
    """Images ``[n, c, h, w]`` → ``[n, h, w·c]``, the channels of one pixel side by side; sequences as they are."""
    return samples.permute(0, 2, 3, 1).flatten(2) if samples.ndim == 4 else samples


def steps_as_rows(steps: Tensor, shape: tuple[int, ...]) -> Tensor:
    """The inverse for samples of ``shape``: ``[n, h, w·c]`` → ``[n, c, h, w]``."""
    if len(shape) == 2:
        return steps
    return steps.reshape(*steps.shape[:2], shape[2], shape[0]).permute(0, 3, 1, 2)
