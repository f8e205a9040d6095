from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from trasluz.data.read.provenance import is_marked
from trasluz.draw.provenance import Origin
from trasluz.report.images import Made, data_address


def _decoded(address: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2])))


@pytest.mark.parametrize(("channels", "mode"), [(1, "L"), (3, "RGB"), (4, "RGBA")])
@pytest.mark.parametrize("side", [1, 7, 64])
def test_small_images_of_any_channels_come_back_exactly(channels: int, mode: str, side: int) -> None:
    image = np.random.default_rng(0).integers(0, 256, (side, side + 1 if side < 64 else side, channels), np.uint8)
    address = data_address(image)
    decoded = _decoded(address)
    assert address.startswith("data:image/png;base64,")
    assert decoded.mode == mode
    assert np.array_equal(np.asarray(decoded).reshape(image.shape), image)


def test_grey_images_without_a_channel_axis_are_taken() -> None:
    assert _decoded(data_address(np.zeros((5, 6), np.uint8))).size == (6, 5)


def test_large_images_shrink_to_what_a_page_shows_and_keep_their_shape() -> None:
    address = data_address(np.full((400, 800, 3), 128, np.uint8))
    assert address.startswith("data:image/webp;base64,")
    assert _decoded(address).size == (192, 96)
    assert len(address) < 10_000


@pytest.mark.parametrize(("side", "kind"), [(20, "png"), (100, "webp")])
def test_an_image_that_a_network_made_says_so_in_either_format(side: int, kind: str) -> None:
    image = np.random.default_rng(0).integers(0, 256, (side, side, 3), np.uint8)
    made = Made("reconstructed", Origin("20260101-vae-ab12cd", "vae", "0"))
    addresses = {maker: data_address(image, maker) for maker in (made, None)}
    assert all(address.startswith(f"data:image/{kind};") for address in addresses.values())
    assert [is_marked(base64.b64decode(a.split(",")[1])) for a in addresses.values()] == [True, False]
