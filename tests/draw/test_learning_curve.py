"""The figure of a learning curve: what stands at its axis, and where the curve goes."""

from __future__ import annotations

import numpy as np
import pytest

from trasluz.draw.learning_curve import learning_curve_figure
from trasluz.search.curve import CurveCell, LearningCurve, make_curve


def curve(count: int) -> LearningCurve:
    """Errors that follow 0.02 + n^-0.5 on three folds, but for a little."""
    draw = np.random.default_rng(0)
    sizes = np.rint(np.geomspace(50, 5000, count)).astype(int)
    cells = [
        CurveCell(int(size), fold, float(1 - (0.02 + size**-0.5) * (1 + 0.02 * draw.normal())), 1000, f"{size}-{fold}")
        for size in sizes
        for fold in range(3)
    ]
    return make_curve("accuracy", cells, len(cells), [])


@pytest.mark.parametrize(("count", "named"), [(4, 4), (6, 3), (10, 5)])
def test_a_telephone_has_room_for_the_sizes_that_are_named(count: int, named: int) -> None:
    made = curve(count)
    ticks = list(learning_curve_figure(made).layout.xaxis.tickvals)
    sizes = sorted({cell.size for cell in made.cells})
    assert ticks[-2:] == [sizes[-1], 2 * sizes[-1]]
    assert len(ticks) == named + 1
    assert set(ticks[:-1]) <= set(sizes)


def test_the_law_is_drawn_to_the_largest_size_and_from_there_on_dotted() -> None:
    made = curve(6)
    lines = {trace.name: trace.x for trace in learning_curve_figure(made).data if trace.mode == "lines" and trace.name}
    largest = max(cell.size for cell in made.cells)
    assert lines["fitted law"][-1] == pytest.approx(largest)
    assert lines["beyond what was trained"][0] == pytest.approx(largest)
    assert lines["beyond what was trained"][-1] == pytest.approx(2 * largest)
