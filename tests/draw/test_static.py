"""Figures as pictures: what is drawn is looked for by its colours and places in the pixels."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from PIL import Image

from tests.draw.made_records import records
from trasluz import draw
from trasluz.draw.curves import gap_curve, learning_curves, learning_rate
from trasluz.draw.figures import new_figure
from trasluz.draw.history import read_history
from trasluz.draw.static import figure_png

RED = (255, 0, 0)


def pixels(figure: go.Figure, width: int = 400) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(figure_png(figure, width=width))).convert("RGB"))


def where(image: np.ndarray, colour: tuple[int, int, int] = RED) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of the pixels of about that colour."""
    return np.nonzero((np.abs(image.astype(int) - colour) < 12).all(-1))


def red(**settings: Any) -> dict[str, Any]:
    return {"x": [0, 1, 2], "y": [0.0, 1.0, 0.0], "line": {"color": "#ff0000", "width": 3}, **settings}


def test_it_is_as_large_as_it_was_asked_for() -> None:
    figure = new_figure(height=200)
    assert pixels(figure).shape == (300, 600, 3)


def test_a_line_rises_and_falls_where_its_values_do() -> None:
    figure = new_figure(height=300)
    figure.add_scatter(**red(mode="lines"))
    rows, columns = where(pixels(figure))
    top = columns[rows.argmin()]
    assert abs(top - (columns.min() + columns.max()) / 2) < 12
    assert rows[columns.argmin()] > rows.min() + 100


def test_a_gap_in_a_line_stays_one() -> None:
    whole, gap = new_figure(height=300), new_figure(height=300)
    whole.add_scatter(x=[0, 1, 2, 3], y=[1, 1, 1, 1], mode="lines", line={"color": "#ff0000"})
    gap.add_scatter(x=[0, 1, None, 2, 3], y=[1, 1, None, 1, 1], mode="lines", line={"color": "#ff0000"})
    assert len(where(pixels(gap))[0]) < 0.8 * len(where(pixels(whole))[0])


def test_bars_lie_or_stand_by_their_lengths() -> None:
    for orientation, axis in (("v", 0), ("h", 1)):
        figure = new_figure(height=400)
        values: dict[str, Any] = (
            {"x": ["a", "b"], "y": [1, 3]} if orientation == "v" else {"y": ["a", "b"], "x": [1, 3]}
        )
        figure.add_bar(**values, orientation=orientation, marker={"color": ["#0000ff", "#ff0000"]})
        image = pixels(figure)
        lengths = [np.ptp(where(image, colour)[axis]) for colour in ((0, 0, 255), RED)]
        assert lengths[1] / lengths[0] == pytest.approx(3, rel=0.05)


def test_a_reversed_axis_and_a_range_are_kept() -> None:
    figure = new_figure(height=300)
    figure.add_scatter(x=[1], y=[1], mode="markers", marker={"color": "#ff0000", "size": 9})
    figure.update_xaxes(range=[0, 10])
    figure.update_yaxes(range=[10, 0])
    rows, columns = where(pixels(figure))
    assert rows.mean() < 150
    assert columns.mean() < 200


def test_heat_maps_have_their_colours_and_words_that_can_be_read() -> None:
    figure = new_figure(height=300)
    figure.add_heatmap(z=[[0, 1], [1, 0]], colorscale=[[0, "#000000"], [1, "#ff0000"]], text=[["p", "q"], ["r", "s"]])
    image = pixels(figure)
    rows, _columns = where(image)
    assert len(rows) > 5000
    assert (where(image, (255, 255, 255))[0]).size  # white words on black cells


def test_reference_lines_bands_and_notes_are_there() -> None:
    figure = new_figure(height=300)
    figure.add_scatter(x=[0, 1], y=[0, 1], mode="lines")
    figure.add_hline(y=0.5, line={"color": "#ff0000", "width": 2})
    rows, columns = where(pixels(figure))
    assert np.ptp(rows) < 6
    assert np.ptp(columns) > 400
    figure.add_hrect(y0=0.1, y1=0.3, fillcolor="#00ff00", opacity=1.0, line_width=0)
    assert len(where(pixels(figure), (0, 255, 0))[0]) > 5000


def test_a_name_with_markup_and_money_is_shown_as_text() -> None:
    figure = new_figure(height=200, x="price in $ and <b>more</b>")
    figure.add_scatter(x=[1], y=[1], name="a &lt; b $x$", mode="markers", showlegend=True)
    figure.update_layout(showlegend=True)
    assert pixels(figure).shape == (300, 600, 3)


def test_traces_that_nothing_draws_are_refused() -> None:
    figure = go.Figure(go.Pie(values=[1]))
    with pytest.raises(ValueError, match="pie"):
        figure_png(figure)


def test_nothing_is_drawn_that_a_picture_would_lack() -> None:
    known = {"scatter", "scattergl", "bar", "heatmap", "hline", "vline", "hrect", "vrect", "annotation"}
    folder = Path(draw.__file__).parent
    shown = [*(folder / "looks").glob("*.py"), folder / "curves.py", folder / "points.py"]  # what notebooks show
    used = {name for file in shown for name in re.findall(r"figure\.add_(\w+)\(", file.read_text())}
    assert {"scatter", "heatmap"} <= used
    assert used <= known


def test_learning_curves_are_drawn_one_colour_per_split() -> None:
    history = read_history(records(6))
    image = pixels(learning_curves(history, "loss", best_epoch=3), 720)
    for colour in ((0, 114, 178), (213, 94, 0)):
        assert len(where(image, colour)[0]) > 100
    assert pixels(gap_curve(history, "loss")).size
    assert pixels(learning_rate(history)).size
