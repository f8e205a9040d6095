"""Map sizes against what PyTorch's layers give, and fields of view against where a gradient arrives."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from trasluz.look.layers.arithmetic import View, Window, seen_through, side_after, windows_of, windows_used, written

_SMALL = st.integers(1, 4)


@st.composite
def _layers(draw: Any) -> nn.Module:
    """A convolution or pooling of any kind, not square."""
    kind = draw(st.sampled_from(["conv", "same", "transposed", "max", "average"]))
    size, stride = draw(st.tuples(_SMALL, _SMALL)), draw(st.tuples(st.integers(1, 3), st.integers(1, 3)))
    dilation, padding = (
        draw(st.tuples(st.integers(1, 3), st.integers(1, 3))),
        draw(st.tuples(st.integers(0, 3), _SMALL)),
    )
    ceil = draw(st.booleans())
    inside = (min(padding[0], size[0] // 2), min(padding[1], size[1] // 2))  # more is not allowed for pooling
    if kind == "conv":
        return nn.Conv2d(1, 1, size, stride, padding, dilation)
    if kind == "same":
        return nn.Conv2d(1, 1, size, 1, "same", dilation)
    if kind == "transposed":
        extra = (draw(st.integers(0, max(stride[0], dilation[0]) - 1)), draw(st.integers(0, stride[1] - 1)))
        return nn.ConvTranspose2d(1, 1, size, stride, (0, 1), extra, dilation=dilation)
    if kind == "max":
        return nn.MaxPool2d(size, stride, inside, dilation, ceil_mode=ceil)
    return nn.AvgPool2d(size, stride, inside, ceil_mode=ceil)


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")  # PyTorch copies, which is all it says
@settings(max_examples=300, deadline=None)
@given(_layers(), st.tuples(st.integers(1, 24), st.integers(1, 24)))
def test_sides_are_those_that_the_layer_gives(layer: nn.Module, sides: tuple[int, int]) -> None:
    found = tuple(side_after(side, window) for side, window in zip(sides, windows_of(layer), strict=True))
    if min(found) < 1:
        return  # PyTorch refuses such a map, or gives an empty one
    with torch.no_grad():
        assert found == tuple(layer(torch.zeros(1, 1, *sides)).shape[2:])


@settings(max_examples=100, deadline=None)
@given(_layers(), st.integers(8, 24))
def test_the_written_formula_says_the_same_number(layer: nn.Module, side: int) -> None:
    for window in windows_of(layer):
        text = written(side, window)
        left, right = text.rsplit(" = ", 1)
        assert int(right) == side_after(side, window)
        python = left.replace("⌊(", "fl((").replace("⌈(", "ce((").replace("⌋", ")").replace("⌉", ")")
        python = python.replace("−", "-").replace("·", "*")
        value = eval(python, {"fl": lambda x: x // 1, "ce": lambda x: -(-x // 1)})
        assert value == int(right), text


def test_the_notebooks_arithmetic_is_written_as_in_the_course() -> None:
    (window, _same) = windows_of(nn.Conv2d(1, 16, 5, padding=2))
    assert written(28, window) == "⌊(28 − 5 + 2·2) / 1⌋ + 1 = 28"
    assert written(28, windows_of(nn.MaxPool2d(2))[0]) == "⌊(28 − 2 + 2·0) / 2⌋ + 1 = 14"


def _footprint(layers: list[nn.Module], side: int) -> tuple[int, int]:
    """Pixels between the first and the last that any one place of the output depends on, and the output's side."""
    chain = nn.Sequential(*layers).double()
    for module in chain:
        for parameter in module.parameters():
            nn.init.constant_(parameter, 1.0)
    image = torch.rand(1, 1, side, side, dtype=torch.float64, requires_grad=True)
    output = chain(image)
    widest = 0
    for place in range(output.shape[3]):
        (gradient,) = torch.autograd.grad(output[0, 0, output.shape[2] // 2, place], image, retain_graph=True)
        columns = torch.nonzero(gradient[0, 0].abs().sum(0))
        widest = max(widest, int(columns.max() - columns.min()) + 1) if len(columns) else widest
    return widest, output.shape[3]


@pytest.mark.parametrize(
    "layers",
    [
        [nn.Conv2d(1, 1, 3, padding=1), nn.Conv2d(1, 1, 3, padding=1)],
        [nn.Conv2d(1, 1, 5, stride=2), nn.AvgPool2d(2), nn.Conv2d(1, 1, 3)],
        [nn.Conv2d(1, 1, 3, dilation=2), nn.Conv2d(1, 1, 2, stride=3), nn.Conv2d(1, 1, 2)],
        [nn.AvgPool2d(2), nn.ConvTranspose2d(1, 1, 4, stride=2), nn.Conv2d(1, 1, 3)],
        [nn.Conv2d(1, 1, 3), nn.ConvTranspose2d(1, 1, 3, stride=2, dilation=3)],
        [nn.ConvTranspose2d(1, 1, 5, stride=3)],
    ],
)
def test_the_receptive_field_is_where_the_gradient_arrives(layers: list[nn.Module]) -> None:
    view = View()
    for layer in layers:
        view = seen_through(view, windows_of(layer)[1])
    widest, _side = _footprint(layers, 40)
    # Between the pixels of a map that a transposed convolution enlarged, a field can have a part of a pixel.
    assert int(view.field) <= widest <= -(-view.field // 1)


@pytest.mark.parametrize(
    "layers",
    [
        [nn.Conv2d(1, 1, 3, padding=1), nn.MaxPool2d(2), nn.Conv2d(1, 1, 5, padding="same")],
        [nn.Conv2d(1, 1, 7, stride=2, padding=3), nn.AvgPool2d(3, 2, 1), nn.Conv2d(1, 1, 3, padding=1)],
        [nn.Conv2d(1, 1, 3, dilation=2, padding=1), nn.Conv2d(1, 1, 2, stride=3)],
        [nn.AvgPool2d(2), nn.ConvTranspose2d(1, 1, 4, stride=2, padding=1), nn.Conv2d(1, 1, 3)],
    ],
)
def test_a_place_depends_on_its_crop_and_on_nothing_else(layers: list[nn.Module]) -> None:
    view, side = View(), 23
    for layer in layers:
        view = seen_through(view, windows_of(layer)[1])
    transposed = any(isinstance(layer, nn.ConvTranspose2d) for layer in layers)
    chain = nn.Sequential(*layers).double()
    for parameter in chain.parameters():
        nn.init.constant_(parameter, 1.0)
    seen: list[set[int]] = [set() for _place in range(chain(torch.rand(1, 1, side, side).double()).shape[3])]
    for _draw in range(8):  # of the window of a maximum one pixel alone has a gradient, so the image is drawn again
        image = torch.rand(1, 1, side, side, dtype=torch.float64, requires_grad=True)
        output = chain(image)
        for place in range(output.shape[3]):
            (gradient,) = torch.autograd.grad(output[0, 0, :, place].sum(), image, retain_graph=True)
            seen[place] |= set(torch.nonzero(gradient[0, 0].abs().sum(0))[:, 0].tolist())
    for place, pixels in enumerate(seen):
        first, after = view.crop(place, side)
        if transposed or any(isinstance(layer, nn.Conv2d) and layer.dilation[1] > 1 for layer in layers):
            assert first <= min(pixels)  # taps lie apart, so the ends of a crop can be empty
            assert max(pixels) < after
        else:
            assert (first, after) == (min(pixels), max(pixels) + 1)


def test_strides_multiply() -> None:
    view = seen_through(seen_through(View(), Window(3, 2)), Window(2, 2))
    assert view == View(Fraction(5), Fraction(4))


def test_layers_without_a_window_have_none() -> None:
    assert windows_of(nn.ReLU()) == ()
    assert windows_of(nn.Linear(2, 2)) == ()


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 5), st.integers(1, 3), st.integers(1, 3), st.integers(1, 30))
def test_layers_that_pad_by_themselves_are_told_as_they_work(size: int, stride: int, dilation: int, side: int) -> None:
    from timm.layers.conv2d_same import Conv2dSame

    layer = Conv2dSame(1, 1, size, stride, dilation=dilation, bias=False)
    nn.init.ones_(layer.weight)
    image = torch.zeros(1, 1, side, side, requires_grad=True)
    maps = layer(image)
    windows = windows_used(layer, (1, side, side), tuple(maps.shape[1:]))
    assert [side_after(side, window) for window in windows] == list(maps.shape[2:])
    assert all(written(side, window).endswith(f"= {maps.shape[2]}") for window in windows)
    last = maps.shape[2] - 1
    (gradient,) = torch.autograd.grad(maps[0, 0, last, last], image)
    reached = gradient[0, 0].abs().sum(1).nonzero().flatten().tolist()
    first, after = seen_through(View(), windows[0]).crop(last, side)
    assert not reached or (first <= reached[0] and reached[-1] < after)


def test_padding_that_nothing_explains_is_not_told() -> None:
    odd = nn.Conv2d(1, 1, 3)
    assert windows_used(odd, (1, 9, 9), (1, 7, 7)) == windows_of(odd)
    assert windows_used(odd, (1, 9, 9), (1, 11, 11)) == ()
    assert windows_used(nn.ReLU(), (1, 9, 9), (1, 9, 9)) == ()
