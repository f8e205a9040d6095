from __future__ import annotations

import numpy as np
import pytest

from trasluz.draw.gallery_picture import gallery_picture
from trasluz.draw.panel import Gallery, Scale, Tile

RED = np.zeros((8, 8, 3), np.uint8) + np.array([255, 0, 0], np.uint8)


def red(picture: np.ndarray) -> int:
    return int((picture == (255, 0, 0)).all(-1).sum())


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("size", [(1, 1), (7, 13), (300, 40)])
def test_tiles_of_any_size_and_channels_are_laid_out(size: tuple[int, int], channels: int) -> None:
    tile = Tile(np.zeros((*size, channels), np.uint8), "", "caption")
    picture = gallery_picture(Gallery(((tile, tile), (tile,))))
    assert min(picture.size) > 2 * min(size)
    assert picture.mode == "RGB"


def test_every_tile_is_there_with_room_for_headings_captions_and_the_colour_bar() -> None:
    plain = gallery_picture(Gallery(((Tile(RED, ""),) * 3,) * 2))
    area = red(np.asarray(plain)) / 6
    assert area == round(area)
    scale = Scale("0", "1", "evidence", ("#000000", "#ffffff"))
    full = gallery_picture(
        Gallery(((Tile(RED, "", "one", flag="weak"),) * 3,) * 2, ("first", "second"), ("a", "b", "c"), (scale,))
    )
    assert red(np.asarray(full)) == 6 * area
    assert full.width > plain.width
    assert full.height > plain.height


def test_many_tiles_are_smaller_and_an_empty_gallery_is_a_point() -> None:
    few = gallery_picture(Gallery(((Tile(RED, ""),) * 2,)))
    many = gallery_picture(Gallery(((Tile(RED, ""),) * 20,) * 20))
    assert few.width < many.width < 2200
    assert gallery_picture(Gallery(())).size == (1, 1)
