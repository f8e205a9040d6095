"""Walks as panels: what there is, in words, with every made image marked as made."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tests.look.looks.made_decoders import Dreamer, Gaussian, Mirror
from tests.look.looks.made_maps import made_subject
from trasluz.draw.looks.latent_walk import draw
from trasluz.draw.panel import Gallery, Panel
from trasluz.look import base
from trasluz.look.looks.latent_walk import LatentWalkResult
from trasluz.messages import language
from trasluz.reporting import Reporter


def walked(family: object, **options: object) -> LatentWalkResult:
    found = base.compute("latent-walk", made_subject(family=family), None, options, Reporter())
    assert isinstance(found, LatentWalkResult)
    return found


def gallery(panel: Panel) -> Gallery:
    assert isinstance(panel.content, Gallery)
    return panel.content


def test_every_row_is_as_long_as_its_headings() -> None:
    for family in (Mirror(), Gaussian(), Dreamer()):
        for panel in draw(walked(family, pairs=2, steps=4)):
            shown = gallery(panel)
            assert not shown.columns or {len(row) for row in shown.tiles} == {len(shown.columns)}
            assert not shown.rows or len(shown.rows) == len(shown.tiles)


def test_what_the_network_made_is_marked_and_what_it_was_shown_is_not() -> None:
    between, along, plane = draw(walked(Gaussian(), pairs=1, steps=3))
    line, arc, fade = gallery(between).tiles
    assert [tile.made for tile in line] == ["", "generated", "generated", "generated", ""]
    assert [tile.made for tile in arc] == [tile.made for tile in line]
    assert {tile.made for tile in fade} == {""}
    assert {tile.made for panel in (along, plane) for row in gallery(panel).tiles for tile in row} == {"generated"}


def test_rows_of_dimensions_are_counted_from_one_with_their_strength() -> None:
    found = walked(Gaussian(), dimensions=3)
    along = draw(found)[1]
    assert gallery(along).rows[0].startswith(f"{found.dimensions[0] + 1} · KL")
    assert "1 of those shown changes nothing" in along.verdict
    silent = replace(found, change=np.zeros(3))
    assert "None of the dimensions" in draw(silent)[1].verdict


def test_a_prior_alone_has_one_panel_that_says_where_its_ends_come_from() -> None:
    (panel,) = draw(walked(Dreamer()))
    assert "draws from the prior" in panel.note
    assert draw(walked(Dreamer(), pairs=0)) == ()


def test_a_notebook_shows_it_and_words_have_two_languages() -> None:
    found = walked(Gaussian(), pairs=1)
    assert "data:image/png" in found._repr_html_()
    with language("es"):
        assert len(draw(found)) == 3


def test_the_largest_step_of_a_way_is_told_beside_equal_ones() -> None:
    found = walked(Dreamer(), pairs=1, steps=5)
    even = np.arange(5, dtype=np.uint8).reshape(1, 5, 1, 1, 1) * 40
    leap = np.array([0, 0, 0, 200, 200], np.uint8).reshape(1, 5, 1, 1, 1)
    said = {
        name: draw(replace(found, ways={"line": ways}))[0].verdict
        for name, ways in (("even", even), ("leap", leap), ("still", 0 * leap))
    }
    assert "the largest of 4 steps makes 25\u202f% of the change" in said["even"]
    assert "makes 100\u202f% of the change; equal ones would make 25\u202f% each (1 way)" in said["leap"]
    assert "does not listen" in said["still"]
