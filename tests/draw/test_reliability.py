from __future__ import annotations

from trasluz.draw.reliability import reliability_diagram


def test_empty_bins_are_not_drawn_in_a_reliability_diagram() -> None:
    figure = reliability_diagram([0.1, 0.9], [0.0, 0.8], [0, 5])
    assert list(figure.data[1].x) == [0.9]
