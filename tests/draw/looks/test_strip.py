"""The strip drawn: numbers that sort, arithmetic as text, receptive fields in words."""

from __future__ import annotations

import dataclasses

from trasluz.draw.looking import draw
from trasluz.draw.panel import Table
from trasluz.look.looks.strip import Layer, StripResult

_CONV = Layer(
    name="net.conv",
    kind="Conv2d",
    given=(1, 28, 30),
    gives=(16, 28, 30),
    parameters=416,
    kernel=(5, 5),
    stride=(1, 2),
    padding=(2, 2),
    dilation=(1, 1),
    arithmetic=("first = 28", "second = 30"),
    field=(5, 5),
    whole=False,
    feeders=1,
)
_SUM = dataclasses.replace(_CONV, name="net.sum", arithmetic=("one = 28", "one = 28"), dilation=(2, 2), feeders=2)
_LAST = Layer("net.out", "Linear", (16,), (10,), 170, (), (), (), (), (), None, True, 1)
_OPEN = dataclasses.replace(_LAST, name="net.open", whole=False)


def _table() -> Table:
    drawing, panel = draw(StripResult((_CONV, _SUM, _LAST, _OPEN), (1, 28, 30), 1234567))
    assert drawing.verdict == "4 layers, 1\u202f234\u202f567 parameters."
    assert isinstance(panel.content, Table)
    return panel.content


def test_cells_and_texts_have_the_same_places() -> None:
    table = _table()
    assert {len(row) for row in (*table.rows, *table.texts)} == {len(table.head)}


def test_parameters_and_receptive_fields_sort_as_numbers() -> None:
    place = {name: i for i, name in enumerate(_table().head)}
    rows = _table().rows
    assert [row[place["parameters"]] for row in rows] == [416, 416, 170, 170]
    fields = [row[place["receptive field"]] for row in rows]
    assert all(isinstance(field, int) for field in fields)
    assert fields[3] < fields[0] < fields[2]  # type: ignore[operator]  # made sure of above


def test_axes_that_agree_are_said_once() -> None:
    first, second, last, left_open = (dict(zip(_table().head, texts, strict=True)) for texts in _table().texts)
    assert (first["layer"], first["kernel"], first["stride"], first["output"]) == ("conv", "5", "1×2", "16×28×30")
    assert first["size of the maps"] == "first\xa0=\xa028; second\xa0=\xa030"
    assert second["size of the maps"] == "one\xa0=\xa028"
    assert "dilation 2" in second["kernel"]
    assert second["receptive field"] == "5×5 (2 branches)"
    assert (last["receptive field"], last["kernel"]) == ("whole image", "–")
    assert left_open["receptive field"] == "–"
