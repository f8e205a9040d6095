import numpy as np
import pytest
import torch
from torchmetrics.functional.classification import binary_calibration_error, multiclass_calibration_error

from trasluz.metrics.calibration import expected_calibration_error, reliability


def answers(count: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    confidence = rng.uniform(0.1, 1, count)
    return confidence, rng.random(count) < confidence**2


@pytest.mark.parametrize("bins", [1, 10, 15])
def test_equal_width_error_is_that_of_torchmetrics(bins: int) -> None:
    generator = torch.Generator().manual_seed(3)
    found = (torch.randn(400, 5, generator=generator, dtype=torch.float64) * 2).softmax(1)
    labels = torch.randint(0, 5, (400,), generator=generator)
    expected = multiclass_calibration_error(found, labels, 5, n_bins=bins, norm="l1").item()
    confidence, predicted = found.max(1)
    ours = expected_calibration_error(confidence.numpy(), (predicted == labels).numpy(), bins)
    assert ours == pytest.approx(expected, abs=1e-6)


def test_confidence_on_an_edge_belongs_to_the_bin_below_as_in_the_paper() -> None:
    confidence = np.array([0.0, 1 / 3, 2 / 3, 1.0])
    assert reliability(confidence, np.ones(4, bool), 3)["count"] == [2.0, 1.0, 1.0]


def test_certain_and_right_is_perfect_and_certain_and_wrong_is_the_worst() -> None:
    sure = np.ones(7)
    assert expected_calibration_error(sure, np.ones(7, bool)) == 0.0
    assert expected_calibration_error(sure, np.zeros(7, bool)) == 1.0


def test_the_error_finds_a_known_miscalibration() -> None:
    confidence, right = answers(200_000)
    exact = np.mean(confidence - confidence**2)
    assert expected_calibration_error(confidence, right) == pytest.approx(exact, abs=0.005)


def test_one_sample_has_an_error() -> None:
    one, wrong = np.array([0.7]), np.array([False])
    assert expected_calibration_error(one, wrong) == pytest.approx(0.7)
    expected = binary_calibration_error(torch.tensor([0.7]), torch.tensor([0]), n_bins=15).item()
    assert expected == pytest.approx(0.7)
