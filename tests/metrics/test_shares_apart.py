from __future__ import annotations

import pytest

from trasluz.metrics.intervals import shares_apart


@pytest.mark.parametrize(
    ("first", "second", "interval"),
    [  # Newcombe 1998, table II, method 10
        ((56, 70), (48, 80), (0.0524, 0.3339)),
        ((9, 10), (3, 10), (0.1705, 0.8090)),
        ((5, 56), (0, 29), (-0.0381, 0.1926)),
        ((0, 10), (0, 20), (-0.1611, 0.2775)),
        ((10, 10), (0, 20), (0.6791, 1.0)),
    ],
)
def test_the_interval_of_a_difference_is_newcombes(
    first: tuple[int, int], second: tuple[int, int], interval: tuple[float, float]
) -> None:
    assert shares_apart(first, second) == pytest.approx(interval, abs=5e-5)
    low, high = interval
    assert shares_apart(second, first) == pytest.approx((-high, -low), abs=5e-5)


def test_without_samples_nothing_is_known() -> None:
    assert shares_apart((0, 0), (3, 10)) == (-1.0, 1.0)
    assert shares_apart((3, 10), (0, 0)) == (-1.0, 1.0)


def test_a_smaller_confidence_gives_a_narrower_interval_inside() -> None:
    wide, narrow = shares_apart((56, 70), (48, 80)), shares_apart((56, 70), (48, 80), 0.8)
    assert wide[0] < narrow[0] < narrow[1] < wide[1]
