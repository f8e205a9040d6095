from __future__ import annotations

import numpy as np

from trasluz.draw.roc import precision_recall_figure, roc_figure


def test_a_long_curve_is_thinned_but_keeps_its_ends_and_its_corner() -> None:
    steps = np.linspace(0, 1, 5000)
    x, y = np.concatenate([np.zeros(5000), steps]), np.concatenate([steps, np.ones(5000)])
    drawn = roc_figure(x, y).data[1]
    assert len(drawn.x) <= 400
    assert (drawn.x[0], drawn.y[0], drawn.x[-1], drawn.y[-1]) == (0, 0, 1, 1)
    assert min(abs(a) + abs(b - 1) for a, b in zip(drawn.x, drawn.y, strict=True)) < 0.01


def test_chance_is_the_share_of_positives_in_precision_and_the_diagonal_in_roc() -> None:
    curve = np.array([1.0, 0.5, 0.0]), np.array([0.3, 0.6, 1.0])
    assert list(precision_recall_figure(*curve, 0.3).data[0].y) == [0.3, 0.3]
    assert list(roc_figure(*curve).data[0].y) == [0, 1]
