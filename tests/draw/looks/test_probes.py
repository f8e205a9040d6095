"""Probes drawn: the curve with its band, what adds nothing, when images are decided."""

from __future__ import annotations

import dataclasses

import numpy as np
import plotly.graph_objects as go

from trasluz.draw.looking import draw
from trasluz.draw.panel import Gallery, Table
from trasluz.look.looks.probes import ProbesResult
from trasluz.messages import language

_FOUND = ProbesResult(
    layers=("net.a", "net.b", "net.c"),
    shapes=((4, 8, 8), (4, 8, 8), (10,)),
    accuracy=np.array([0.5, 0.8, 0.79]),
    low=np.array([0.45, 0.76, 0.75]),
    high=np.array([0.55, 0.84, 0.83]),
    gain=np.array([0.4, 0.3, -0.01]),
    gain_low=np.array([0.35, 0.25, -0.03]),
    gain_high=np.array([0.45, 0.35, 0.01]),
    zeros=np.array([0.0, 0.5, 0.0]),
    rank=np.array([2.5, 3.0, 8.0]),
    width=np.array([4, 4, 10]),
    own=0.82,
    settled=np.array([0, 0, 1, 2, 3]),
    taught=1000,
    tested=5,
    split="valid",
    majority=0.1,
    images=np.zeros((3, 8, 8, 1), np.uint8),
    image_depth=np.array([0, 2, 3]),
    image_class=("cat", "dog", "cat"),
)


def test_the_curve_has_its_band_and_the_networks_own_accuracy() -> None:
    panel = draw(_FOUND)[0]
    assert isinstance(panel.content, go.Figure)
    band, probe, own = panel.content.data
    np.testing.assert_allclose(band.y, [55, 84, 83, 75, 76, 45])
    np.testing.assert_allclose(probe.y, [50, 80, 79])
    np.testing.assert_allclose(own.y, [82, 82])
    assert tuple(panel.content.layout.xaxis.ticktext) == ("a", "b", "c")


def test_the_verdict_names_the_first_layer_that_is_as_good_as_any_and_counts_idle_ones() -> None:
    verdict = draw(_FOUND)[0].verdict
    assert "At b, layer 2 of 3" in verdict
    assert "1 of 3 layers adds nothing" in verdict


def test_a_layer_adds_something_only_where_its_interval_lies_above_zero() -> None:
    table = draw(_FOUND)[1].content
    assert isinstance(table, Table)
    place = table.head.index("adds")
    assert [texts[place] for texts in table.texts] == ["yes", "yes", "nothing"]
    assert {len(row) for row in (*table.rows, *table.texts)} == {len(table.head)}
    worse = dataclasses.replace(_FOUND, gain_high=np.array([0.45, 0.35, -0.005]))
    table = draw(worse)[1].content
    assert isinstance(table, Table)
    assert table.texts[2][place] == "less"


def test_what_the_interval_of_a_gain_does_not_exclude_is_not_claimed() -> None:
    wide = dataclasses.replace(
        _FOUND, tested=60, gain_low=np.array([0.35, -0.1, -0.12]), gain_high=np.array([0.45, 0.2, 0.1])
    )
    verdict = draw(wide)[0].verdict
    assert "nothing" not in verdict
    assert "Whether 2 of 3 layers add anything cannot be told with 60 images." in verdict
    table = draw(wide)[1].content
    assert isinstance(table, Table)
    assert [texts[table.head.index("adds")] for texts in table.texts] == ["yes", "not known", "not known"]


def test_images_are_counted_by_the_layer_that_decides_them() -> None:
    figure = draw(_FOUND)[2].content
    assert isinstance(figure, go.Figure)
    assert list(figure.data[0].y) == [2, 1, 1, 1]
    assert figure.layout.xaxis.ticktext[-1] == "never"


def test_images_stand_with_those_decided_as_early() -> None:
    gallery = draw(_FOUND)[3].content
    assert isinstance(gallery, Gallery)
    assert gallery.rows == ("decided early", "decided late", "never")
    assert [len(row) for row in gallery.tiles] == [1, 1, 1]
    assert gallery.tiles[1][0].caption == "dog · layer 3"


def test_without_images_there_is_no_gallery() -> None:
    bare = dataclasses.replace(
        _FOUND, images=np.empty((0, 1, 1, 1), np.uint8), image_depth=np.empty(0, np.int64), image_class=()
    )
    assert len(draw(bare)) == 3


def test_it_speaks_spanish_without_an_error() -> None:
    with language("es"):
        assert len(draw(_FOUND)) == 4
