"""Heat maps as pictures: one scale per row, honest grids, words for zero maps and for maps of the object."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from trasluz.draw.looks.cam import draw
from trasluz.draw.overlay import overlay
from trasluz.draw.panel import Gallery, Panel, Table
from trasluz.look.looks.cam import CamResult
from trasluz.messages import language


def _found(images: int = 2, channels: int = 3) -> CamResult:
    random = np.random.default_rng(0)
    maps = {"early": (images, 3, 10, 14), "late": (images, 3, 5, 7)}
    nans = np.full((images, 2, 3), 0.5, np.float32)
    return CamResult(
        method="grad-cam",
        class_specific=True,
        classes=("cat", "dog", "owl"),
        layers=("early", "late"),
        shown=2,
        names=tuple(f"{i}.png" for i in range(images)),
        images=random.integers(0, 256, (images, 33, 47, channels), dtype=np.uint8),
        labels=np.arange(images) % 3,
        chosen=np.tile([0, 1, 2], (images, 1)),
        checked=np.zeros(images, np.int64),
        predicted=np.zeros(images, np.int64),
        confidence=np.tile(np.float32([0.7, 0.2, 0.1]), (images, 1)),
        maps={name: random.normal(size=shape).astype(np.float32) for name, shape in maps.items()},
        raw_max=np.full((images, 3, 2), 0.5, np.float32),
        removed=np.full((images, 3, 2), 0.25, np.float32),
        class_agreement=np.full((images, 2), 0.3, np.float32),
        layer_agreement=np.full(images, 0.7, np.float32),
        flip_agreement=np.full((images, 2), 0.9, np.float32),
        kept=nans,
        without=nans,
    )


def _gallery(panel: Panel) -> Gallery:
    assert isinstance(panel.content, Gallery)
    return panel.content


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_a_panel_per_layer_and_a_table_of_checks(channels: int) -> None:
    late, early, checks = draw(_found(channels=channels))
    assert "late, 5×7" in late.title
    assert "Selvaraju" in late.note
    assert "early, 10×14" in early.title
    gallery = _gallery(late)
    assert len(gallery.tiles) == len(gallery.scales) == 2
    assert gallery.rows == ("cat", "dog")
    assert [len(row) for row in gallery.tiles] == [3, 3]
    assert "70.0" in gallery.tiles[0][1].caption
    assert isinstance(checks.content, Table)
    assert len(checks.content.rows) == len(checks.content.texts) == 4
    assert all(len(row) == len(checks.content.head) for row in checks.content.rows)


def test_the_native_grid_has_one_colour_per_place_and_the_smooth_one_has_not() -> None:
    image = np.full((33, 47, 1), 128, np.uint8)
    amounts = np.random.default_rng(0).random((3, 1)).astype(np.float32)
    native = overlay(image, amounts, 1.0, smooth=False)
    assert len(np.unique(native.reshape(-1, 3), axis=0)) == 3
    assert len(np.unique(overlay(image, amounts, 1.0).reshape(-1, 3), axis=0)) > 10


def test_no_evidence_leaves_the_grey_image() -> None:
    image = np.random.default_rng(0).integers(0, 256, (20, 20, 1), dtype=np.uint8)
    found = overlay(image, -np.ones((4, 4)), 0.0)
    assert (found == found[..., :1]).all()
    assert (found[::16, ::16, 0] == image[..., 0]).all()


def test_a_map_of_zeros_is_said_to_have_no_positive_evidence() -> None:
    found = _found()
    maps = found.maps | {"late": np.minimum(found.maps["late"], 0)}
    raw = found.raw_max.copy()
    raw[..., 1] = 0
    late = draw(replace(found, maps=maps, raw_max=raw))[0]
    assert all(tile.flag == "no positive evidence" for row in _gallery(late).tiles for tile in row[1:])
    assert any("2 images of 2" in warning for warning in late.warnings)


def test_a_map_that_does_not_change_with_the_class_is_called_a_map_of_the_object() -> None:
    found = _found()
    alike = draw(replace(found, class_agreement=np.full((2, 2), 0.95, np.float32)))[0]
    assert "read it as a map of the object, not of the class" in alike.verdict
    assert "0.95" in alike.verdict
    assert "map of the object" not in draw(found)[0].verdict
    assert "knows no class" in draw(replace(found, class_specific=False))[0].verdict


@pytest.mark.parametrize(
    ("kept", "without", "words"),
    [
        ((0.9, 0.3, 0.4), (0.1, 0.8, 0.7), "marks what the model decides by"),
        ((0.9, 0.3, 0.4), (0.8, 0.8, 0.7), "speaks for the class; that the model needs it cannot be told with"),
        ((0.4, 0.3, 0.4), (0.1, 0.8, 0.7), "is missed when it is gone"),
        ((0.4, 0.3, 0.4), (0.8, 0.8, 0.7), "do not trust where the map points"),
    ],
)
def test_the_verdict_follows_from_the_region_and_its_rivals(
    kept: tuple[float, ...], without: tuple[float, ...], words: str
) -> None:
    found = _found(images=3)
    both = [np.broadcast_to(np.float32(numbers), (3, 2, 3)) for numbers in (kept, without)]
    assert words in draw(replace(found, kept=both[0], without=both[1]))[0].verdict


def test_of_fewer_than_three_images_nothing_is_concluded() -> None:
    verdict = draw(_found(images=2))[0].verdict
    assert "50.0" in verdict
    assert "trust" not in verdict


def test_a_difference_that_one_image_makes_is_not_claimed() -> None:
    found = _found(images=6)
    kept = np.full((6, 2, 3), 0.4, np.float32)
    kept[0, :, 0] = 0.99
    assert "do not trust" in draw(replace(found, kept=kept))[0].verdict


def test_an_unsteady_map_and_layers_that_disagree_are_warned_of() -> None:
    found = replace(
        _found(),
        flip_agreement=np.full((2, 2), 0.1, np.float32),
        layer_agreement=np.full(2, -0.2, np.float32),
    )
    late, early, _checks = draw(found)
    assert len(late.warnings) == 2
    assert len(early.warnings) == 1


def test_what_is_not_known_is_a_dash_and_no_verdict() -> None:
    nothing = np.full((2, 2, 3), np.nan, np.float32)
    found = replace(
        _found(), kept=nothing, without=nothing, class_agreement=nothing[..., 0], layer_agreement=nothing[:, 0, 0]
    )
    late, _early, checks = draw(found)
    assert late.verdict == ""
    assert isinstance(checks.content, Table)
    assert "–" in checks.content.texts[0]


def test_panels_are_drawn_in_either_language_with_the_same_pictures() -> None:
    drawn = []
    for name in ("en", "es"):
        with language(name):
            drawn.append(draw(_found()))
    for first, second in zip(*drawn, strict=True):
        assert type(first.content) is type(second.content)
    assert (_gallery(drawn[0][0]).tiles[0][1].image == _gallery(drawn[1][0]).tiles[0][1].image).all()
