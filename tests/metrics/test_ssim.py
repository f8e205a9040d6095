import pytest
import torch
from torchmetrics.functional.image import structural_similarity_index_measure

from trasluz.metrics.ssim import ssim, ssim_window

SHAPES = [(2, 1, 11, 11), (3, 3, 28, 28), (2, 4, 17, 30), (1, 1, 40, 13)]


def pair(shape: tuple[int, ...]) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    target = torch.rand(shape, generator=generator)
    return (target + 0.3 * torch.randn(shape, generator=generator)).clamp(0, 1), target


def reference(x: torch.Tensor, y: torch.Tensor, sigma: float, edge: int) -> torch.Tensor:
    _whole, maps = structural_similarity_index_measure(
        x, y, sigma=sigma, data_range=1.0, reduction="none", return_full_image=True
    )
    inside = maps[..., edge : maps.shape[2] - edge, edge : maps.shape[3] - edge]
    return inside.flatten(1).mean(1)


@pytest.mark.parametrize("shape", SHAPES)
def test_ssim_is_torchmetrics_over_the_positions_where_the_window_fits(shape: tuple[int, ...]) -> None:
    x, y = pair(shape)
    torch.testing.assert_close(ssim(x, y), reference(x, y, 1.5, 5), atol=2e-5, rtol=1e-4)


def test_small_images_use_the_largest_odd_window_that_fits() -> None:
    x, y = pair((4, 1, 8, 8))
    assert ssim_window(8, 8) == 7
    torch.testing.assert_close(ssim(x, y), reference(x, y, 1.5 * 7 / 11, 3), atol=2e-5, rtol=1e-4)


def test_an_image_is_like_itself_and_unlike_its_negative() -> None:
    _x, y = pair((2, 3, 16, 16))
    torch.testing.assert_close(ssim(y, y), torch.ones(2))
    assert (ssim(1 - y, y) < 0).all()


def test_values_outside_the_range_count_as_the_nearest_inside() -> None:
    x, y = pair((2, 1, 12, 12))
    torch.testing.assert_close(ssim(x * 3 - 1, y), ssim((x * 3 - 1).clamp(0, 1), y))


@pytest.mark.parametrize("side", [1, 2])
def test_images_too_small_for_a_window_have_no_ssim_and_say_so(side: int) -> None:
    assert ssim_window(side, 30) is None
    with pytest.raises(ValueError, match="3×3"):
        ssim(torch.zeros(1, 1, side, 30), torch.zeros(1, 1, side, 30))
