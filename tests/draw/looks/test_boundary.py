"""Boundary drawn: regions in the classes' colours, points, wrong ones ringed, and a line per update under a slider."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from trasluz.draw.looking import draw
from trasluz.draw.panel import Table
from trasluz.draw.plane import clipped, nearest, region_colours
from trasluz.look.looks.boundary import BoundaryResult
from trasluz.messages import language


def _found(updates: int = 0, **changes: Any) -> BoundaryResult:
    winner = np.array([[0, 1], [0, 1]])
    made = BoundaryResult(
        features=("width", "<height>"),
        classes=("a", "<b>"),
        across=np.array([0.0, 1.0]),
        up=np.array([0.0, 2.0]),
        winner=winner,
        confidence=np.array([[1.0, 0.7], [0.9, 1.0]], np.float32),
        border=np.array([[[0.5, 0.0], [0.5, 1.0]], [[0.5, 1.0], [0.5, 2.0]]]),
        points=np.array([[0.1, 0.1], [0.9, 1.9], [0.2, 0.2]]),
        labels=np.array([0, 0, 1]),
        said=np.array([0, 1, 0]),
        taught=np.array([False, False, True]),
        split="valid",
        weights=np.tile([[[1.0, 0.0]]], (updates, 1, 1)),
        bias=np.linspace(-0.9, -0.5, updates).reshape(updates, 1),
        epochs=np.arange(updates),
        movers=np.zeros((updates, 2)),
        total=updates,
    )
    return dataclasses.replace(made, **changes)


def _figure(found: BoundaryResult, place: int = 0) -> go.Figure:
    content = draw(found)[place].content
    assert isinstance(content, go.Figure)
    return content


def test_each_class_colours_the_places_where_it_is_chosen() -> None:
    layers = [trace for trace in _figure(_found()).data if trace.type == "heatmap"]
    assert len(layers) == 2
    np.testing.assert_allclose(layers[0].z, [[1, np.nan], [0.9, np.nan]], rtol=1e-6)
    np.testing.assert_allclose(layers[1].z, [[np.nan, 0.7], [np.nan, 1]], rtol=1e-6)
    assert layers[0].zmin == 0.5
    assert "&lt;b>" in layers[1].hovertemplate


def test_wrong_points_are_ringed_and_counted_without_those_that_taught() -> None:
    (ring,) = [trace for trace in _figure(_found()).data if trace.name == "in the wrong region"]
    assert len(ring.x) == 2
    assert draw(_found())[0].verdict.startswith("1 of 2 points of validation")
    assert draw(_found(taught=np.ones(3, bool)))[0].verdict == ""


def test_there_is_a_step_of_the_slider_per_update_and_the_last_line_is_shown_first() -> None:
    found = _found(updates=3)
    assert len(draw(found)) == 3
    figure = _figure(found, 1)
    (slider,) = figure.layout.sliders
    assert [step.label for step in slider.steps] == ["1", "2", "3"]
    assert slider.active == 2
    (line,) = [trace for trace in figure.data if trace.name == "line"]
    assert list(line.x) == pytest.approx([0.5, 0.5])
    assert slider.steps[0].args[0]["x"][0] == pytest.approx([0.9, 0.9])
    place = list(figure.data).index(line)
    assert list(slider.steps[0].args[1]) == [place, place + 1]


def _border(found: BoundaryResult) -> list[Any]:
    return [trace for trace in _figure(found).data if trace.type == "scatter" and trace.mode == "lines"]


def test_the_border_between_regions_is_drawn_piece_by_piece_for_any_number_of_classes() -> None:
    for classes in (("a", "<b>"), ("a", "<b>", "c")):
        (border,) = _border(_found(classes=classes))
        np.testing.assert_array_equal(border.x, [0.5, 0.5, np.nan] * 2)
        np.testing.assert_array_equal(border.y, [0, 1, np.nan, 1, 2, np.nan])
    assert not _border(_found(border=np.zeros((0, 2, 2)))), "one class chosen everywhere"


def test_a_long_way_is_thinned_and_an_unfinished_one_said() -> None:
    found = _found(updates=300, total=900)
    assert len(_figure(found, 1).layout.sliders[0].steps) == 60
    panels = draw(found)
    assert panels[1].verdict.startswith("900 updates, of which the first 300 were kept.")
    assert isinstance(panels[2].content, Table)
    assert len(panels[2].content.rows) == 20
    assert "first 20 " in panels[2].note


def test_lines_far_from_the_points_are_said_to_be_out_of_sight() -> None:
    assert "not seen" not in draw(_found(updates=3))[1].note
    assert "not seen" in draw(_found(updates=3, bias=np.array([[-9.0], [-0.5], [-0.5]])))[1].note


def test_several_units_have_a_line_each() -> None:
    found = _found(updates=2, weights=np.ones((2, 2, 2)), bias=np.full((2, 2), -1.0))
    assert [trace.name for trace in _figure(found, 1).data if (trace.name or "").startswith("line of")] == [
        "line of a",
        "line of &lt;b>",
    ]


def test_a_line_is_cut_where_it_leaves_the_plane() -> None:
    low, high = (0.0, 0.0), (2.0, 1.0)
    ends = clipped(np.array([1.0, 1.0]), -1.0, low, high)
    assert sorted(ends) == [pytest.approx((0, 1)), pytest.approx((1, 0))]
    assert clipped(np.array([1.0, 1.0]), 1.0, low, high) == []
    assert clipped(np.zeros(2), 1.0, low, high) == []
    assert sorted(clipped(np.array([0.0, 3.0]), -1.5, low, high)) == [pytest.approx((0, 0.5)), pytest.approx((2, 0.5))]
    assert clipped(np.array([0.0, 3.0]), 9.0, low, high) == []
    assert nearest(np.array([0.0, 1.0]), -3.0, low, high) == pytest.approx((1, 3))
    assert nearest(np.zeros(2), 1.0, low, high) is None


def test_regions_let_the_paper_through() -> None:
    assert region_colours("#0072B2") == [[0.0, "rgba(0,114,178,0.14)"], [1.0, "rgba(0,114,178,0.46)"]]


def test_it_speaks_spanish_without_an_error() -> None:
    with language("es"):
        assert len(draw(_found(updates=1))) == 3
