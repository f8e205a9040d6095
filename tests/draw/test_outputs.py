from __future__ import annotations

import base64
import io

import numpy as np
from PIL import Image

from trasluz.draw.figures import new_figure
from trasluz.draw.outputs import PLAIN_MOST, PNG_MOST, Words, of_figure, of_image


def test_words_are_a_table_in_columns_and_escaped_html() -> None:
    words = Words("Runs", ("name", "value"), (("<a>", "1"), ("longer", "2")), ("a note", ""))
    assert words.bundle()["text/plain"].splitlines() == ["Runs", "name    value", "<a>     1", "longer  2", "a note"]
    assert "&lt;a&gt;" in words.html
    assert words.html.count("<p>") == 1


def test_plain_text_is_never_longer_than_it_may_be() -> None:
    words = Words("t", ("a",), tuple((str(i) * 40,) for i in range(1000)))
    assert len(words.bundle()["text/plain"]) <= PLAIN_MOST
    assert words.plain.endswith("…")


def test_a_figure_is_a_picture_and_a_description_where_that_is_small() -> None:
    figure = new_figure(height=200)
    figure.add_scatter(x=[0, 1], y=[0, 1])
    bundle = of_figure(figure, "a line").bundle()
    assert base64.b64decode(bundle["image/png"]).startswith(b"\x89PNG")
    assert bundle["application/vnd.plotly.v1+json"]["data"][0]["x"] == [0, 1]
    assert bundle["text/plain"] == "a line"
    figure.add_scatter(x=np.random.default_rng(0).random(50_000).tolist(), y=[0.0] * 50_000)
    assert "application/vnd.plotly.v1+json" not in of_figure(figure, "many").bundle()


def test_a_large_picture_of_many_colours_gets_a_palette() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (600, 600, 3), dtype=np.uint8)
    output = of_image(Image.fromarray(noise), "noise")
    assert Image.open(io.BytesIO(output.png)).mode == "P"
    assert len(output.png) < 600 * 600 * 3 / 2
    small = of_image(Image.fromarray(noise[:20, :20]), "noise")
    assert Image.open(io.BytesIO(small.png)).mode == "RGB"
    assert len(small.png) < PNG_MOST
    assert 'alt="noise"' in small.html
