"""Canvas: coefficients are of an orthonormal Fourier basis, colours spread as the data's, shakes small and fixed."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from trasluz.look.layers.canvas import Canvas, canvas_like, shaken
from trasluz.rng import Rng


def _canvas(height: int, width: int, channels: int = 1) -> Canvas:
    return Canvas(height, width, torch.zeros(channels), torch.eye(channels))


@pytest.mark.parametrize(("height", "width"), [(1, 1), (7, 5), (8, 8), (3, 10)])
def test_one_coefficient_is_one_wave_weighted_by_its_wavelength(height: int, width: int) -> None:
    canvas = _canvas(height, width)
    for row, column in [(0, 0), (height // 2, 0), (0, width // 2)]:
        coefficients = torch.zeros(1, 1, height, width // 2 + 1, 2)
        coefficients[..., row, column, 0] = 1.0
        painted = torch.logit(canvas.paint(coefficients).double())[0, 0].numpy()
        frequency = np.hypot(np.fft.fftfreq(height)[row], np.fft.rfftfreq(width)[column])
        weight = 1 / max(frequency, 1 / max(height, width))
        half = np.zeros((height, width // 2 + 1), complex)
        half[row, column] = weight
        expected = 0.25 * np.fft.irfft2(half, (height, width)) * np.sqrt(height * width)
        np.testing.assert_allclose(painted, expected, atol=1e-5)


def test_independent_numbers_come_out_with_the_covariance_of_the_datas_colours() -> None:
    generator = torch.Generator().manual_seed(0)
    mixing = torch.tensor([[0.1, 0.02, 0.0], [0.08, 0.05, 0.01], [0.06, 0.01, 0.03]])
    colours = 0.5 + torch.einsum("dc,nchw->ndhw", mixing, torch.randn(50, 3, 20, 20, generator=generator))
    canvas = canvas_like(colours)
    found = canvas.colours @ canvas.colours.T
    expected = mixing @ mixing.T
    torch.testing.assert_close(found / found.trace(), expected / expected.trace(), atol=0.01, rtol=0.05)
    assert float(canvas.colours.norm(dim=0).max()) == pytest.approx(1)
    assert (canvas.height, canvas.width) == (20, 20)
    torch.testing.assert_close(canvas.base, torch.zeros(3), atol=0.01, rtol=0)


def test_images_of_one_colour_are_no_trouble() -> None:
    canvas = canvas_like(torch.zeros(4, 2, 3, 3))
    assert canvas.colours.tolist() == [[1, 0], [0, 1]]
    assert torch.sigmoid(canvas.base).tolist() == pytest.approx([0.02, 0.02])
    assert canvas.paint(canvas.blank(Rng(0), torch.arange(2))).shape == (2, 2, 3, 3)


def test_the_first_coefficients_of_an_item_do_not_hang_on_the_others() -> None:
    canvas = _canvas(6, 6)
    both = canvas.blank(Rng(3), torch.tensor([4, 9]))
    torch.testing.assert_close(canvas.blank(Rng(3), torch.tensor([9]))[0], both[1], atol=0, rtol=0)
    assert not torch.equal(both[0], both[1])
    assert not torch.equal(canvas.blank(Rng(4), torch.tensor([9]))[0], both[1])


@pytest.mark.parametrize("shape", [(2, 1, 28, 28), (1, 3, 9, 30), (1, 1, 1, 1)])
def test_shaken_images_stay_near_and_are_the_same_for_the_same_step(shape: tuple[int, ...]) -> None:
    images = torch.rand(shape, generator=torch.Generator().manual_seed(0))
    items = torch.arange(shape[0])
    once, again = shaken(images, Rng(0), 5, items), shaken(images, Rng(0), 5, items)
    assert torch.equal(once, again)
    assert torch.equal(shaken(images, Rng(0), 5, items, strength=0.0), images)
    torch.testing.assert_close(shaken(images, Rng(0), 5, items, strength=1e-6), images, atol=1e-3, rtol=0)
    if shape[2] > 1:
        assert not torch.equal(once, shaken(images, Rng(0), 6, items))
    assert float(once.min()) >= float(images.min()) - 1e-6
    assert float(once.max()) <= float(images.max()) + 1e-6


def test_a_turn_keeps_right_angles_in_images_that_are_not_square() -> None:
    """The middle of a bright bar moves with the image's pixels, not with shares of its sides."""
    image = torch.zeros(1, 1, 21, 81)
    image[0, 0, 10, :] = 1.0

    class Turned(Rng):
        def uniform(self, purpose: str, epoch: int, positions: torch.Tensor, *shape: int) -> torch.Tensor:
            return torch.tensor([[0.5, 0.5, 1.0, 0.5]])  # no shift, the largest turn, no scaling

    turned = shaken(image, Turned(0), 0, torch.zeros(1, dtype=torch.int64))[0, 0]
    height_at = [float((turned[:, x] * torch.arange(21)).sum() / turned[:, x].sum()) for x in (20, 60)]
    assert abs(height_at[1] - height_at[0]) / 40 == pytest.approx(np.tan(np.radians(8)), abs=0.01)
