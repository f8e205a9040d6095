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


def test_a_gain_that_few_images_cannot_exclude_is_not_called_none() -> None:
    wide = dataclasses.replace(found(), tested=12, gains=dict.fromkeys(("neighbours", "probes"), (0.05, -0.2, 0.3)))
    verdict = draw(wide)[1].verdict
    assert "no clearer" not in verdict
    assert "cannot be told with 12 images" in verdict
    one_sure = dataclasses.replace(wide, gains={"neighbours": (0.2, 0.1, 0.3), "probes": (0.05, -0.2, 0.3)})
    assert "told" not in draw(one_sure)[1].verdict


def test_neighbours_are_called_drawn_only_where_some_were_left_out() -> None:
    made = found()
    assert f"among all {made.pool} training images" in draw(made)[0].note
    assert "at random" not in draw(made)[0].note
    some = draw(dataclasses.replace(made, pool=5, available=8))[0].note
    assert "among 5 of 8 training images, drawn at random" in some
    kept_before = draw(dataclasses.replace(made, available=0))[0].note
    assert "random" not in kept_before
    assert "all" not in kept_before.split(".")[0]


def test_without_labels_there_are_neighbours_without_names() -> None:
    (gallery,) = draw(found(labels=False))
    assert isinstance(gallery.content, Gallery)
    assert {tile.flag for row in gallery.content.tiles for tile in row} == {""}
    assert "<img" in found(labels=False)._repr_html_()
