"""The latent map in words and colours: only what is known is offered, in both languages."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from tests.draw.looks.made_map import made_map
from trasluz import components
from trasluz.draw.colours import OKABE_ITO
from trasluz.draw.looks.latent_map import draw
from trasluz.draw.panel import Amounts, Kinds, PointMap
from trasluz.look import projections
from trasluz.look.looks.latent_map import LatentMapResult


def drawn(result: LatentMapResult) -> PointMap:
    (panel,) = draw(result)
    assert isinstance(panel.content, PointMap)
    return panel.content


def test_all_that_is_known_can_be_chosen_as_colour() -> None:
    points = drawn(made_map())
    assert [c.title for c in points.colourings] == [
        "class",
        "split",
        "error of the reconstruction",
        "density of the codes",
    ]
    assert [name for name, _places in points.maps] == ["PCA (75.0\u202f% of the variance)", "t-SNE"]
    assert points.rows[1] == "#3"


def test_classes_have_the_colours_that_everyone_can_tell_apart() -> None:
    classes = drawn(made_map(classes=8)).colourings[0]
    assert isinstance(classes, Kinds)
    assert classes.colours == OKABE_ITO


def test_what_is_not_known_is_not_offered() -> None:
    nothing = made_map(
        labels=np.full(60, -1),
        splits=np.zeros(60, np.int64),
        split_names=("valid",),
        error=np.full(60, np.nan, np.float32),
        neighbours=None,
        probe=None,
    )
    assert [c.title for c in drawn(nothing).colourings] == ["density of the codes"]
    assert draw(nothing)[0].verdict == ""


def test_one_outlier_does_not_take_all_colours() -> None:
    density = np.linspace(0, 1, 400).astype(np.float32)
    density[7] = 1e6
    colouring = drawn(made_map(400, density=density)).colourings[-1]
    assert isinstance(colouring, Amounts)
    assert colouring.high < 1.01


def test_ones_own_images_stand_out() -> None:
    points = drawn(made_map(given=4))
    assert points.marked.nonzero()[0].tolist() == [56, 57, 58, 59]


def test_the_verdict_says_what_neighbours_and_a_probe_reach_and_what_chance_would() -> None:
    verdict = draw(made_map())[0].verdict
    for share in ("90.0", "85.0", "94.0", "80.0", "34.0"):
        assert share in verdict


def test_a_notebook_shows_it_too() -> None:
    assert "image/png" in made_map()._shown()[1].bundle()
    without = made_map(labels=np.full(60, -1), splits=np.zeros(60, np.int64), split_names=("valid",))
    assert "image/png" in without._shown()[1].bundle()


def test_a_new_projection_says_its_name_and_how_to_read_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "flat_earth.py").write_text('NAME = "Flat Earth"\nNOTE = "Do not trust its rim."\n')
    monkeypatch.setattr(projections, "__path__", [*projections.__path__, str(tmp_path)])
    components.names.cache_clear()
    components.own_names.cache_clear()
    made = made_map()
    try:
        (panel,) = draw(dataclasses.replace(made, positions={"flat-earth": made.positions["pca"]}))
    finally:
        components.names.cache_clear()
        components.own_names.cache_clear()
    assert isinstance(panel.content, PointMap)
    assert [name for name, _places in panel.content.maps] == ["Flat Earth"]
    assert "Do not trust its rim." in panel.note
