import numpy as np
import pytest

from trasluz.metrics.copies import EXPECTED, copies_share


def test_samples_as_far_as_new_images_are_counted_in_the_expected_share() -> None:
    rng = np.random.default_rng(0)
    assert copies_share(rng.gamma(2, size=50_000), rng.gamma(2, size=50_000)) == pytest.approx(EXPECTED, abs=0.002)


def test_copies_are_counted_and_far_samples_are_not() -> None:
    held_out = np.random.default_rng(1).uniform(1, 2, 1000)
    assert copies_share(np.array([0.0, 0.0, 1.5, 9.0]), held_out) == 0.5
