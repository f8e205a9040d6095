from __future__ import annotations

import copy
import math
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from trasluz.errors import RecipeError
from trasluz.networks.choose import build_decoder, build_encoder
from trasluz.networks.recurrence import Gru, Lstm, rows_as_steps, steps_as_rows

SHAPES = [(1, 1, 1), (1, 8, 8), (3, 33, 47), (4, 128, 96), (7, 2), (1, 1)]


def pair(shape: tuple[int, ...], **settings: Any) -> tuple[nn.Module, nn.Module]:
    small: dict[str, Any] = {"name": "recurrent", "hidden": [6], **settings}
    encoder, code = build_encoder({**small, "code": 5}, shape)
    return encoder, build_decoder(small, code, shape)


@pytest.mark.parametrize("cell", ["lstm", "gru"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_any_image_or_sequence_becomes_a_flat_code_and_its_own_shape_again(shape: tuple[int, ...], cell: str) -> None:
    encoder, decoder = pair(shape, cell=cell)
    code = encoder(torch.rand(2, *shape))
    assert code.shape == (2, 5)
    assert decoder(code).shape == (2, *shape)


def test_a_table_has_no_steps() -> None:
    with pytest.raises(RecipeError, match=r"model\.encoder"):
        build_encoder({"name": "recurrent"}, (4,))


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_rows_become_steps_of_pixels_with_their_channels_side_by_side_and_back(layout: torch.memory_format) -> None:
    images = torch.arange(2 * 3 * 4 * 5).reshape(2, 3, 4, 5).float().contiguous(memory_format=layout)
    steps = rows_as_steps(images)
    assert steps.shape == (2, 4, 15)
    assert torch.equal(steps[1, 2, 6:9], images[1, :, 2, 2])
    assert torch.equal(steps_as_rows(steps, (3, 4, 5)), images)
    sequences = torch.rand(2, 4, 5)
    assert rows_as_steps(sequences) is sequences
    assert steps_as_rows(sequences, (4, 5)) is sequences


def by_hand(layer: Lstm, values: Tensor) -> Tensor:
    """Hochreiter & Schmidhuber's cell with a forget gate, step by step."""
    n, steps, _ = values.shape
    h, c, states = torch.zeros(n, layer.hidden_size), torch.zeros(n, layer.hidden_size), []
    for t in range(steps):
        gates = values[:, t] @ layer.weight_ih_l0.T + h @ layer.weight_hh_l0.T + layer.bias_ih_l0
        i, f, g, o = gates.chunk(4, 1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        states.append(h)
    return torch.stack(states, 1)


def test_lstm_is_the_published_cell_with_one_bias_also_after_a_copy_and_a_step() -> None:
    torch.manual_seed(0)
    layer, values = Lstm(3, 4), torch.randn(2, 6, 3)
    assert {name for name, _ in layer.named_parameters()} == {"weight_ih_l0", "weight_hh_l0", "bias_ih_l0"}
    assert set(layer.state_dict()) == {"weight_ih_l0", "weight_hh_l0", "bias_ih_l0"}
    optimiser = torch.optim.SGD(layer.parameters(), 0.5)
    layer(values).square().sum().backward()
    optimiser.step()
    moved = copy.deepcopy(layer)
    moved.load_state_dict({name: value + 0.1 for name, value in layer.state_dict().items()})
    for each in (layer, moved):
        torch.testing.assert_close(each(values), by_hand(each, values))
    assert not torch.allclose(moved(values), layer(values))


def test_first_weights_are_those_of_keras() -> None:
    torch.manual_seed(0)
    layer = Lstm(28, 100)
    bias = layer.bias_ih_l0.detach()
    assert bias[100:200].eq(1).all()
    assert bias.sum() == 100
    recurrent = layer.weight_hh_l0.detach()
    torch.testing.assert_close(recurrent.T @ recurrent, torch.eye(100), atol=1e-5, rtol=0)
    bound = math.sqrt(6 / (28 + 400))
    kernel = layer.weight_ih_l0.detach()
    assert 0.99 * bound < kernel.abs().max() <= bound
    assert kernel.std().item() == pytest.approx(bound / math.sqrt(3), rel=0.02)
    gru = Gru(5, 8)
    assert not gru.bias_ih_l0.any()
    assert not gru.bias_hh_l0.any()


def test_the_notebooks_network_has_keras_parameter_counts() -> None:
    encoder, code = build_encoder({"name": "recurrent"}, (1, 28, 28))
    decoder = build_decoder({"name": "recurrent"}, code, (1, 28, 28))
    assert sum(p.numel() for p in encoder.parameters()) == 4 * 100 * (28 + 100 + 1) + 4 * 30 * (100 + 30 + 1)
    assert sum(p.numel() for p in decoder.parameters()) == 4 * 100 * (30 + 100 + 1) + 100 * 28 + 28


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_the_code_of_a_sequence_does_not_see_what_stands_beyond_its_length(cell: str) -> None:
    encoder, _decoder = pair((9, 2), cell=cell)
    values, lengths = torch.randn(3, 9, 2), torch.tensor([4, 9, 1])
    expected = torch.cat([encoder(values[i : i + 1, :length]) for i, length in enumerate(lengths.tolist())])
    for beyond in (1e4, -3.0):
        padded = torch.cat([values, torch.full((3, 5, 2), beyond)], 1)
        for i, length in enumerate(lengths.tolist()):
            padded[i, length:] = beyond
        torch.testing.assert_close(encoder(padded, lengths), expected)


def test_the_decoder_goes_on_for_as_many_steps_as_it_is_asked() -> None:
    _encoder, decoder = pair((4, 2))
    code = torch.randn(3, 5)
    assert decoder(code, 9).shape == (3, 9, 2)
    torch.testing.assert_close(decoder(code, 9)[:, :4], decoder(code))


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_mixed_precision_changes_little(cell: str) -> None:
    torch.manual_seed(0)
    encoder, decoder = pair((8, 3), cell=cell)
    values = torch.rand(4, 8, 3)
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        mixed = decoder(encoder(values)).float()
    torch.testing.assert_close(mixed, decoder(encoder(values)).detach(), atol=0.02, rtol=0.05)
