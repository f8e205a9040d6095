import numpy as np
import pytest
from scipy.stats import entropy

from trasluz.metrics.mode_coverage import mode_coverage


def test_shares_smallest_and_entropy_are_those_of_the_histogram() -> None:
    found = mode_coverage(np.array([0, 0, 2, 2, 2, 1, 2, 2]), 4)
    assert found.shares == (0.25, 0.125, 0.625, 0)
    assert found.smallest == 0
    assert found.entropy == pytest.approx(entropy(found.shares) / np.log(4))


@pytest.mark.parametrize(("labels", "classes", "expected"), [([0, 1, 2], 3, 1), ([1, 1], 3, 0), ([0, 0], 1, 0)])
def test_entropy_goes_from_one_class_to_all_alike(labels: list[int], classes: int, expected: float) -> None:
    assert mode_coverage(np.array(labels), classes).entropy == pytest.approx(expected)
