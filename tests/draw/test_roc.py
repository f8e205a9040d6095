from __future__ import annotations

import numpy as np

from trasluz.draw.roc import class_precision_recall_figure, class_roc_figure, precision_recall_figure, roc_figure
from trasluz.metrics.roc import one_against_rest


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


def test_every_class_has_its_named_line_beside_chance() -> None:
    scores = np.random.default_rng(0).random((500, 3))
    found = one_against_rest(scores, np.arange(500) % 3, ("a", "b", "c"))
    assert [line.name for line in class_roc_figure(found).data] == ["chance", "a", "b", "c"]
    drawn = class_precision_recall_figure(found).data
    assert [line.name for line in drawn] == ["a", "b", "c"]
    assert max(len(line.x) for line in drawn) <= 100
