"""What a page folds: details and long tables, never the verdict; and rows of tiles that are not equally long."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from tests.report.made_runs import make_run
from trasluz.draw.panel import Gallery, Panel, Scale, Table, Tile
from trasluz.report.context import Context
from trasluz.report.looks import place_panels


def _page(folder: Path, *panels: Panel) -> str:
    return str(place_panels(Context(make_run(folder, "classifier"), {}), "made", lambda: panels))


def _table(rows: int, *, folded: bool = False) -> Panel:
    numbers = tuple((n,) for n in range(rows))
    table = Table(("n",), numbers, tuple((str(n),) for (n,) in numbers))
    return Panel("Numbers", table, "numbers", verdict="They rise.", folded=folded)


def _tiles(*lengths: int, names: tuple[str, ...] = ()) -> Gallery:
    tile = Tile(np.zeros((2, 2, 1), np.uint8), "black")
    bar = Scale("0", "1", "amount", ("#000", "#fff"))
    return Gallery(tuple((tile,) * length for length in lengths), names, scales=(bar,) * len(lengths))


def test_a_short_table_is_open_and_a_long_one_behind_its_verdict(tmp_path: Path) -> None:
    assert "<details" not in _page(tmp_path / "short", _table(12))
    page = _page(tmp_path / "long", _table(13))
    assert page.index("They rise.") < page.index('<details class="fold">') < page.index("<table>")
    assert "Show the table: 13 rows" in page


def test_a_detail_is_folded_however_short(tmp_path: Path) -> None:
    assert '<details class="fold">' in _page(tmp_path / "table", _table(1, folded=True))
    pictures = Panel("Maps", _tiles(1), "maps", folded=True)
    assert "Show the pictures" in _page(tmp_path / "pictures", pictures)


def test_the_scale_of_a_short_row_stands_below_those_of_the_others(tmp_path: Path) -> None:
    page = _page(tmp_path, Panel("Maps", _tiles(5, 2), "maps"))
    assert re.findall(r'<td colspan="(\d+)"></td><td class="scale-cell">', page) == ["3"]


def test_names_of_layers_may_break_after_their_dots_and_numbers_not(tmp_path: Path) -> None:
    page = _page(tmp_path, Panel("Maps", _tiles(1, 1, names=("block1.body.conv", "3.14 %")), "maps"))
    assert "block1.<wbr>body.<wbr>conv" in page
    assert "3.14 %" in page
