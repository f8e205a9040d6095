"""A map of points as it is packed into a page."""

from __future__ import annotations

import base64
import io
import json
import re

import numpy as np
import pytest
from PIL import Image

from tests.draw.looks.made_map import made_map
from trasluz.draw.looking import draw
from trasluz.look.looks.latent_map import LatentMapResult
from trasluz.messages import language
from trasluz.report.phrase import plain
from trasluz.report.points import place_points


def page(result: LatentMapResult) -> str:
    versions = {}
    for name in ("en", "es"):
        with language(name):
            versions[name] = draw(result)[0].content
    return str(place_points(versions, plain("a map")))  # type: ignore[arg-type]  # its content is a map


def data(html: str) -> dict[str, object]:
    found = re.search(r'<script type="application/json">(.*?)</script>', html, re.DOTALL)
    assert found
    tree: dict[str, object] = json.loads(found[1])
    return tree


def unpacked(text: object, kind: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(str(text)), kind)


def test_positions_keep_their_proportions() -> None:
    result = made_map()
    found = unpacked(data(page(result))["maps"][0], "<i2").reshape(-1, 2).astype(float)  # type: ignore[index]  # JSON
    places = result.positions["pca"]
    scale = np.ptp(found[:, 0]) / np.ptp(places[:, 0])
    np.testing.assert_allclose(found - found[0], (places - places[0]) * scale, atol=1.5)
    assert np.abs(found).max() in (31999, 32000)


def test_unknown_kinds_and_amounts_are_marked() -> None:
    tree = data(page(made_map(given=2)))
    classes, _split, error, _density = tree["colourings"]  # type: ignore[misc]  # JSON
    assert (unpacked(classes["values"], "<u2")[-2:] == 65_535).all()
    assert unpacked(error["values"], "<u2")[[0, 7, 14]].tolist() == [65_535] * 3
    assert tree["marked"] == [58, 59]


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_the_thumbnail_of_each_point_is_found_in_the_sprite(channels: int) -> None:
    pictures = np.random.default_rng(0).integers(0, 255, (11, 5, 9, channels)).astype(np.uint8)
    sprite = data(page(made_map(11, thumbnails=pictures)))["sprite"]
    assert isinstance(sprite, dict)
    sheet = np.asarray(Image.open(io.BytesIO(base64.b64decode(sprite["png"])))).reshape(
        -1, 9 * sprite["columns"], channels
    )
    for i, picture in enumerate(pictures):
        top, left = (i // sprite["columns"]) * 5, (i % sprite["columns"]) * 9
        assert (sheet[top : top + 5, left : left + 9] == picture).all()


def test_without_thumbnails_there_is_no_sprite() -> None:
    assert data(page(made_map(thumbnails=np.zeros((0, 1, 1, 1), np.uint8))))["sprite"] is None


def test_rows_are_numbers_or_names_of_files() -> None:
    assert unpacked(data(page(made_map()))["rows"], "<i4")[:3].tolist() == [0, 3, 6]
    names = tuple(f"</script>{i}.png" for i in range(60))
    html = page(made_map(names=names))
    assert data(html)["rows"] == list(names)


def test_points_in_one_place_are_no_error() -> None:
    tree = data(page(made_map(positions={"pca": np.zeros((60, 2), np.float32)})))
    assert not unpacked(tree["maps"][0], "<i2").any()  # type: ignore[index]  # JSON
