"""Feature maps drawn: a row per layer and image, one scale per layer, dead channels marked, sparsity in words."""

from __future__ import annotations

import dataclasses

import numpy as np

from trasluz.draw.amounts import around_zero
from trasluz.draw.looking import draw
from trasluz.draw.panel import Gallery
from trasluz.look.looks.feature_maps import FeatureMapsResult
from trasluz.messages import language


def _found(images: int = 1) -> FeatureMapsResult:
    maps = np.zeros((images, 2, 2, 2), np.float16)
    maps[:, 0] = [[-1, 0], [0, 0.5]]
    return FeatureMapsResult(
        images=np.zeros((images, 4, 4, 1), np.uint8),
        names=tuple(str(i) for i in range(images)),
        layers=("net.a", "net.b"),
        shapes={"net.a": (2, 2, 2), "net.b": (5, 2, 2)},
        maps={"net.a": maps, "net.b": 4 * maps},
        channels={"net.a": np.array([0, 1]), "net.b": np.array([3, 1])},
        dead={"net.a": np.array([], np.int64), "net.b": np.array([1, 4])},
        zeros={"net.a": 0.25, "net.b": 0.5},
        examined=256,
        contributions={"net.a": np.zeros((images, 0), np.float32), "net.b": np.zeros((images, 0), np.float32)},
        towards=(),
    )


def _gallery(found: FeatureMapsResult) -> Gallery:
    content = draw(found)[1].content
    assert isinstance(content, Gallery)
    return content


def test_every_layer_has_a_scale_of_its_own_and_zero_is_pale() -> None:
    gallery = _gallery(_found())
    assert [scale.high for scale in gallery.scales] == ["1.0", "4.0"]
    first, second = gallery.tiles[0][0].image, gallery.tiles[1][0].image
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(first[0, 1], around_zero(np.zeros(1), 1)[0])
    np.testing.assert_array_equal(first[0, 0], around_zero(np.array([-1.0]), 1)[0])


def test_dead_channels_are_marked_and_counted() -> None:
    gallery = _gallery(_found())
    assert [tile.flag for tile in gallery.tiles[1]] == ["", "dead"]
    assert [tile.caption for tile in gallery.tiles[1]] == ["3", "1"]
    assert "2 channels dead" in gallery.rows[1]
    assert "dead" not in gallery.rows[0]


def test_several_images_have_a_row_each_and_are_shown_first() -> None:
    found = _found(2)
    gallery = _gallery(found)
    assert len(gallery.rows) == len(gallery.tiles) == len(gallery.scales) == 4
    images = draw(found)[0].content
    assert isinstance(images, Gallery)
    assert [tile.caption for tile in images.tiles[0]] == ["image 0", "image 1"]


def test_what_channels_speak_for_the_class_stands_beside_their_numbers() -> None:
    found = dataclasses.replace(
        _found(),
        contributions={"net.a": np.array([[1.5, 0.0]], np.float32), "net.b": np.array([[0.25, -20.2]], np.float32)},
        towards=("cat",),
    )
    gallery = _gallery(found)
    assert [tile.caption for tile in gallery.tiles[0]] == ["0 · +1.50", "1 · +0.00"]
    assert [tile.caption for tile in gallery.tiles[1]] == ["3 · +0.25", "1 · \u221220"]
    assert all(head.endswith("for cat") for head in gallery.rows)
    assert "activation times gradient" in draw(found)[1].note
    assert "gradient" not in draw(_found())[1].note


def _shares(*shares: float) -> FeatureMapsResult:
    """Layers that set so many of their values to zero, each after one that sets none."""
    layers = [f"net.{i}" for i in range(2 * len(shares))]
    zeros = dict(zip(layers, [part for share in shares for part in (0.0, share)], strict=True))
    found = _found()
    return dataclasses.replace(
        found,
        layers=tuple(layers),
        shapes=dict.fromkeys(layers, (2, 2, 2)),
        maps=dict.fromkeys(layers, found.maps["net.a"]),
        channels=dict.fromkeys(layers, found.channels["net.a"]),
        dead=dict.fromkeys(layers, np.array([], np.int64)),
        zeros=zeros,
    )


def test_sparsity_is_said_by_its_trend_over_all_layers() -> None:
    assert "sparser with depth" in draw(_shares(0.2, 0.3, 0.4, 0.5))[1].verdict
    assert "Kendall's τ over 4 layers is 1.00" in draw(_shares(0.2, 0.3, 0.4, 0.5))[1].verdict
    assert "denser with depth" in draw(_shares(0.5, 0.4, 0.3, 0.2))[1].verdict


def test_first_and_last_alone_are_no_trend() -> None:
    said = draw(_shares(0.464, 0.577, 0.520, 0.518))[1].verdict
    assert "no sure trend" in said
    assert "46.4" in said
    assert "57.7" in said
    assert said.endswith("τ 0.00.")
    assert "no sure trend" in draw(_shares(0.2, 0.3, 0.4))[1].verdict  # three in order are one in six


def test_layers_that_only_thin_out_zeros_are_left_out() -> None:
    denser = _found()
    denser.zeros["net.b"] = 0.1
    assert draw(denser)[1].verdict == ""  # a pooling, not a layer that sets values to zero


def test_maps_that_are_zero_everywhere_can_be_drawn() -> None:
    found = _found()
    found.maps["net.a"][:] = 0
    assert len(_gallery(found).tiles) == 2


def test_it_speaks_spanish_without_an_error() -> None:
    with language("es"):
        assert len(draw(_found())) == 2
