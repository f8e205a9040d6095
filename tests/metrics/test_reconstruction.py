import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import mean_squared_error
from torchmetrics.functional.image import peak_signal_noise_ratio

from trasluz.metrics.reconstruction import numbers, per_sample, psnr, statistics, to_uint8

SHAPES = [(1, 1, 1, 1), (5, 1, 7, 9), (4, 3, 8, 8), (3, 4, 6, 5), (6, 11)]


def pair(shape: tuple[int, ...]) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(2)
    return torch.rand(shape, generator=generator), torch.rand(shape, generator=generator)


@pytest.mark.parametrize("shape", SHAPES)
def test_numbers_from_sums_are_those_of_scikit_learn_and_torchmetrics(shape: tuple[int, ...]) -> None:
    x, y = pair(shape)
    found = numbers(statistics(x, y))
    assert found["mse"] == pytest.approx(mean_squared_error(y.flatten().numpy(), x.flatten().numpy()), rel=1e-5)
    assert found["psnr"] == pytest.approx(peak_signal_noise_ratio(x, y, data_range=1.0).item(), rel=1e-5)
    assert found["rounded_accuracy"] == pytest.approx(((x > 0.5) == (y > 0.5)).double().mean().item(), rel=1e-5)


@settings(max_examples=30, deadline=None)
@given(cuts=st.lists(st.integers(1, 19), max_size=4))
def test_numbers_do_not_depend_on_how_the_samples_are_cut_into_batches(cuts: list[int]) -> None:
    x, y = pair((20, 2, 3, 3))
    parts = [statistics(a, b) for a, b in zip(x.tensor_split(sorted(cuts)), y.tensor_split(sorted(cuts)), strict=True)]
    sums = {name: sum(float(part[name]) for part in parts) for name in parts[0]}
    whole = numbers(statistics(x, y))
    assert numbers(sums) == pytest.approx(whole, rel=1e-5)


def test_the_mean_over_samples_is_the_number_of_the_whole() -> None:
    x, y = pair((9, 3, 5, 4))
    found = numbers(statistics(x, y))
    single = per_sample(x, y)
    assert single["error"].mean().item() == pytest.approx(found["mse"], rel=1e-5)
    assert single["rounded"].mean().item() == pytest.approx(found["rounded_accuracy"], rel=1e-5)


def test_an_exact_half_rounds_down_on_both_sides_as_in_keras() -> None:
    half, above = torch.full((1, 1, 2, 2), 0.5), torch.full((1, 1, 2, 2), 0.51)
    assert per_sample(half, torch.zeros(1, 1, 2, 2))["rounded"].item() == 1.0
    assert per_sample(half, above)["rounded"].item() == 0.0


def test_a_perfect_reconstruction_has_a_finite_ratio() -> None:
    assert psnr(0.0) == pytest.approx(100.0)
    assert psnr(0.01) == pytest.approx(20.0)
    assert math.isfinite(numbers(statistics(*[torch.ones(2, 1, 3, 3)] * 2))["psnr"])


def test_ssim_is_averaged_over_images_where_it_was_summed() -> None:
    sums = {"count": 4.0, "pixels": 40.0, "squared_error": 1.0, "rounded_hits": 40.0, "ssim": 3.0}
    assert numbers(sums)["ssim"] == 0.75
    assert "ssim" not in numbers({name: value for name, value in sums.items() if name != "ssim"})


def test_images_for_people_are_clipped_rounded_and_channels_last() -> None:
    image = torch.tensor([[-1.0, 0.0], [0.5, 2.0]]).reshape(1, 1, 2, 2).repeat(1, 3, 1, 1)
    shown = to_uint8(image)
    assert shown.shape == (1, 2, 2, 3)
    np.testing.assert_array_equal(shown[0, :, :, 0], [[0, 0], [128, 255]])


def test_only_the_real_steps_of_sequences_count() -> None:
    x, y = pair((3, 5, 2))
    lengths = torch.tensor([5, 1, 3])
    real = [(x[i, :n], y[i, :n]) for i, n in enumerate(lengths.tolist())]
    errors = [mean_squared_error(b.numpy(), a.numpy()) for a, b in real]
    assert per_sample(x, y, lengths)["error"].tolist() == pytest.approx(errors, rel=1e-5)
    sums = statistics(x, y, lengths)
    assert numbers(sums)["mse"] == pytest.approx(sum(errors) / 3, rel=1e-5)
    y[torch.arange(5) >= lengths.unsqueeze(1)] = torch.nan
    assert numbers(statistics(x, y, lengths)) == pytest.approx(numbers(sums))
