"""Trust in words and figures: each outcome has its sentence, few images have none, both languages the same pictures."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import pytest

from trasluz.draw.looks.trust import draw
from trasluz.draw.panel import Gallery, Table
from trasluz.look.checks.pixel_removal import ROAD_SHARES
from trasluz.look.looks.trust import TrustResult
from trasluz.messages import language

METHODS = ("grad-cam", "saliency", "guided-backprop")


def made(
    alike: float = 0.1, rise: float = 0.3, gain: float = 0.3, right: float = 1.0, count: int = 20, channels: int = 1
) -> TrustResult:
    """Three methods that all fare the same; ``gain`` is by how much the map's order is better than its rivals'."""
    random = np.random.default_rng(0)
    noise = random.normal(0, 0.01, (3, 4, count))
    curves = np.full((3, 3, count, 6), 0.5, np.float32)
    deletion, insertion, road = curves.copy(), curves.copy(), np.full((3, 3, count, len(ROAD_SHARES)), 0.6)
    deletion[:, 0] -= gain
    insertion[:, 0] += gain
    road[:, 0] -= gain
    maps = {m: random.random((4, 2, *((5, 7) if m == "grad-cam" else (20, 28)))).astype(np.float32) for m in METHODS}
    return TrustResult(
        methods=METHODS,
        layer="late",
        baseline="mean",
        split="valid",
        labelled=True,
        majority=0.5,
        right=np.arange(count) < right * count,
        alike=alike + noise,
        rise=rise + noise,
        deletion=deletion + random.normal(0, 0.01, deletion.shape).astype(np.float32),
        insertion=insertion + random.normal(0, 0.01, insertion.shape).astype(np.float32),
        road=road.astype(np.float32) + random.normal(0, 0.01, road.shape).astype(np.float32),
        names=("a", "b", "c", "d"),
        images=random.integers(0, 256, (4, 20, 28, channels), dtype=np.uint8),
        examples=maps,
    )


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_a_table_the_maps_and_three_figures(channels: int) -> None:
    table, maps, *figures = draw(made(channels=channels))
    assert isinstance(table.content, Table)
    assert [row[0] for row in table.content.rows] == list(METHODS)
    assert all(len(row) == len(table.content.head) for row in (*table.content.rows, *table.content.texts))
    assert isinstance(maps.content, Gallery)
    assert [len(row) for row in maps.content.tiles] == [7] * 4
    assert len(maps.content.columns) == 7
    assert len(figures) == 3
    for panel in figures:
        assert isinstance(panel.content, go.Figure)
        names = [trace.name for trace in panel.content.data]
        assert names == [*METHODS, "random, 5×7", "random, 20×28", "from the middle"]
    assert "the mean of the image" in figures[0].note


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "follow the weights, and what they mark matters"),
        ({"alike": 0.9}, "a random network gives maps that look the same (rank correlation 0.9"),
        ({"rise": -0.2}, "are no more complex (−"),
        ({"rise": 0.0}, "is not certain"),
        ({"gain": 0.0}, "does not surely matter more"),
        ({"gain": -0.2}, "does not surely matter more"),
        ({"right": 0.4}, "have nothing to show"),
        ({"right": 0.4}, "cannot be told with 20 images"),
        ({"right": 0.1}, "no more often than"),
    ],
)
def test_each_outcome_has_its_sentence(changes: dict[str, float], words: str) -> None:
    verdict = draw(made(**changes))[0].verdict  # type: ignore[arg-type]
    assert words in verdict
    assert "{" not in verdict


def test_of_few_images_nothing_is_concluded() -> None:
    assert draw(made(count=4))[0].note.endswith("All of this is of 4 images.")
    assert draw(made(count=4))[0].verdict == "Of 4 images nothing is concluded."


def test_the_methods_own_warning_is_there() -> None:
    assert any("Adebayo" in warning for warning in draw(made())[0].warnings)


def test_what_is_not_known_is_a_dash_and_has_no_line() -> None:
    found = made()
    gone = found.deletion.copy()
    gone[0, 0] = np.nan
    table, _maps, deletion, *_rest = draw(replace(found, deletion=gone, alike=np.full_like(found.alike, np.nan)))
    assert isinstance(table.content, Table)
    assert table.content.texts[0].count("–") == 2
    assert isinstance(deletion.content, go.Figure)
    assert "grad-cam" not in [trace.name for trace in deletion.content.data]


def test_both_languages_show_the_same_pictures() -> None:
    drawn = []
    for name in ("en", "es"):
        with language(name):
            drawn.append(draw(made()))
    for first, second in zip(*drawn, strict=True):
        assert type(first.content) is type(second.content)
