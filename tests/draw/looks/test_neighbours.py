"""Neighbours as tiles and a table: other classes stand out, and what is not known is not shown."""

from __future__ import annotations

import dataclasses

from tests.look.looks.made_maps import made_data, made_subject
from trasluz.draw.looks.neighbours import draw
from trasluz.draw.panel import Gallery, Table
from trasluz.look import base
from trasluz.look.looks.neighbours import NeighboursResult
from trasluz.reporting import Reporter


def found(labels: bool = True, **options: object) -> NeighboursResult:
    data = made_data() if labels else dataclasses.replace(made_data(), labels=None, classes=())
    made = base.compute("neighbours", made_subject(data), None, options, Reporter())
    assert isinstance(made, NeighboursResult)
    return made


def test_two_rows_for_each_image_and_a_class_that_is_another_stands_out() -> None:
    result = found(count=2, nearest=3)
    labels = result.near_labels["code"].copy()
    labels[0] = [0, 1, 0]
    shown = dataclasses.replace(
        result, near_labels={**result.near_labels, "code": labels}, image_labels=result.image_labels * 0
    )
    gallery = draw(shown)[0].content
    assert isinstance(gallery, Gallery)
    assert gallery.rows == ("code", "pixels", "code", "pixels")
    assert {len(row) for row in gallery.tiles} == {len(gallery.columns)} == {4}
    assert [(tile.caption, tile.flag) for tile in gallery.tiles[0][1:]] == [("dark", ""), ("", "grey"), ("dark", "")]


def test_the_table_has_code_pca_and_pixels_with_their_intervals() -> None:
    table = draw(found())[1]
    assert isinstance(table.content, Table)
    assert [row[0] for row in table.content.rows] == ["code", "PCA", "pixels"]
    assert "100.0\u202f%" in table.content.texts[0]


def test_the_verdict_tells_gains_and_losses_in_points() -> None:
    result = dataclasses.replace(found(), gains={"neighbours": (0.031, 0.01, 0.052), "probes": (-0.02, -0.04, 0.0)})
    verdict = draw(result)[1].verdict
    assert "3.1 percentage points above PCA (95 % interval 1.0 to 5.2)" in verdict
    assert "2.0 below (0 to 4.0)" in verdict
    assert "no clearer" not in verdict
    none = dataclasses.replace(result, gains=dict.fromkeys(result.gains, (0.0, -0.01, 0.01)))
    assert "no clearer" in draw(none)[1].verdict


def test_without_labels_there_are_neighbours_without_names() -> None:
    (gallery,) = draw(found(labels=False))
    assert isinstance(gallery.content, Gallery)
    assert {tile.flag for row in gallery.content.tiles for tile in row} == {""}
    assert "<img" in found(labels=False)._repr_html_()
