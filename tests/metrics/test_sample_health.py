"""Signs of a sick generator: each number on images for which it is known."""

from __future__ import annotations

import pytest
import torch

from trasluz.metrics.sample_health import numbers, nyquist_energy, statistics


def judged(real: torch.Tensor, generated: torch.Tensor) -> dict[str, float]:
    sums = statistics(real, "real") | statistics(generated, "generated")
    return numbers(sums, len(real))


def stripes(n: int, side: int, amplitude: float) -> torch.Tensor:
    signs = (-1.0) ** torch.arange(side)
    return (0.5 + amplitude * signs).expand(n, 1, side, side)


def test_alternating_columns_have_the_square_of_their_amplitude() -> None:
    for images in (stripes(3, 16, 0.2), stripes(3, 16, 0.2).transpose(2, 3), stripes(3, 17, 0.2)):
        torch.testing.assert_close(nyquist_energy(images), torch.full((3,), 0.04))


def test_energy_is_the_fourier_coefficient_of_the_highest_frequency() -> None:
    images = torch.rand(4, 3, 18, 12)
    rows, columns = torch.fft.fft(images, dim=3)[..., 6] / 12, torch.fft.fft(images, dim=2)[:, :, 9] / 18
    expected = rows.abs().square().mean((1, 2)) + columns.abs().square().mean((1, 2))
    torch.testing.assert_close(nyquist_energy(images), expected)


def test_smooth_and_single_pixel_images_have_none() -> None:
    assert nyquist_energy(torch.full((2, 3, 9, 8), 0.7)).abs().max() == 0
    assert nyquist_energy(torch.rand(2, 1, 1, 1)).tolist() == [0, 0]


def test_a_checkerboard_that_all_samples_share_raises_the_index_and_textures_do_not() -> None:
    torch.manual_seed(0)
    real, others = torch.rand(2, 500, 1, 16, 16).unbind(0)
    assert 0.3 < judged(real, others)["checkerboard"] < 3
    board = 0.02 * (stripes(1, 16, 1.0) - 0.5)
    noise = 2 / 12 / 16 / 500  # of the mean of 500 images of variance 1/12, along lines of 16 pixels both ways
    assert judged(real, others + board)["checkerboard"] == pytest.approx(1 + 0.02**2 / noise, rel=0.5)
    signs = torch.where(torch.rand(500, 1, 1, 1) < 0.5, -1.0, 1.0)
    assert judged(real, others + signs * board)["checkerboard"] < 3
    assert judged(torch.full_like(real, 0.5), others + 10 * board)["checkerboard"] == pytest.approx(
        0.04 / 1e-7, rel=0.1
    )


def test_spread_is_the_standard_deviation_of_a_pixel_and_zero_when_all_samples_are_one() -> None:
    torch.manual_seed(0)
    real, generated = torch.rand(64, 3, 5, 7), torch.rand(64, 3, 5, 7) * 0.5
    found = judged(real, generated)
    assert found["real_std"] == pytest.approx(real.std(0, correction=0).mean().item(), rel=1e-4)
    assert found["sample_std"] == pytest.approx(generated.std(0, correction=0).mean().item(), rel=1e-4)
    assert judged(real, torch.rand(1, 3, 5, 7).expand(64, -1, -1, -1))["sample_std"] < 1e-3


def test_sums_of_parts_are_the_sum_of_the_whole() -> None:
    images = torch.rand(7, 2, 6, 6)
    whole, parts = statistics(images, "x"), [statistics(images[:3], "x"), statistics(images[3:], "x")]
    for name, value in whole.items():
        torch.testing.assert_close(value, parts[0][name] + parts[1][name])
