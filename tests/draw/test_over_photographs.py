"""Heat maps over photographs: all classes that were computed, one scale per layer, and a gallery in their place."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tests.draw.looks.test_cam import _found
from trasluz.draw.looking import over_photographs
from trasluz.draw.overlay import overlay
from trasluz.draw.panel import Overlay


def _overlay() -> Overlay:
    panel = over_photographs(_found())
    assert panel is not None
    assert isinstance(panel.content, Overlay)
    return panel.content


def test_every_map_is_there_with_the_scale_of_its_layer() -> None:
    found, shown = _found(), _overlay()
    assert [photo.name for photo in shown.photos] == ["0.png", "1.png"]
    assert shown.layers == ("early, 10×14", "late, 5×7")
    for i, photo in enumerate(shown.photos):
        assert len(photo.classes) == 3
        for layer, name in enumerate(found.layers):
            highs = {methods[0].high for methods in photo.heats[layer]}
            assert highs == {float(found.maps[name][i].max())}
            for k in range(3):
                np.testing.assert_array_equal(photo.heats[layer][k][0].amounts, np.maximum(found.maps[name][i, k], 0))


def test_further_methods_have_scales_of_their_own() -> None:
    found = _found()
    found = replace(found, others={f"layer-cam/{name}": 2 * maps for name, maps in found.maps.items()})
    panel = over_photographs(found)
    assert panel is not None
    assert isinstance(panel.content, Overlay)
    assert panel.content.methods == ("Grad-CAM", "LayerCAM")
    first, second = panel.content.photos[0].heats[1][2]
    assert second.high == 2 * first.high
    assert "LayerCAM" in second.alt


def test_its_gallery_is_the_maps_of_the_last_layer_over_the_pictures() -> None:
    found, gallery = _found(), _overlay().gallery()
    assert [len(row) for row in gallery.tiles] == [4, 4]
    maps = found.maps["late"][1]
    wanted = overlay(found.images[1], np.maximum(maps[2], 0), float(maps.max()))
    np.testing.assert_array_equal(gallery.tiles[1][3].image, wanted)
    assert "<img" in found._repr_html_()
