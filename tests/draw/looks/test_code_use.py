"""The use of a code as figures and a table, with words that fit what is known."""

from __future__ import annotations

import dataclasses

import numpy as np
from plotly.graph_objects import Figure

from tests.look.looks.made_decoders import Gaussian, Mirror
from tests.look.looks.made_maps import made_data, made_subject
from trasluz.draw.colours import BLUE, GREY
from trasluz.draw.looks.code_use import draw
from trasluz.draw.panel import Table
from trasluz.look import base
from trasluz.look.looks.code_use import CodeUseResult
from trasluz.reporting import Reporter


def used(family: object) -> CodeUseResult:
    found = base.compute("code-use", made_subject(family=family), None, {}, Reporter())
    assert isinstance(found, CodeUseResult)
    return found


def test_bars_fall_and_idle_dimensions_are_grey() -> None:
    panel = draw(used(Gaussian()))[0]
    assert isinstance(panel.content, Figure)
    (bars,) = panel.content.data
    assert list(bars.y) == sorted(bars.y, reverse=True)
    assert set(bars.marker.color) == {BLUE, GREY}
    assert "2 of 3 dimensions are active" in panel.verdict


def test_the_prior_is_drawn_where_there_is_one() -> None:
    spread, densities = draw(used(Gaussian()))[1:3]
    assert isinstance(spread.content, Figure)
    assert isinstance(densities.content, Figure)
    assert [trace.name for trace in densities.content.data][-1] == "prior"
    assert len(spread.content.layout.shapes) == 2
    assert "MMD²" in spread.verdict
    plain = draw(used(Mirror()))
    assert isinstance(plain[2].content, Figure)
    assert "prior" not in [trace.name for trace in plain[2].content.data]
    assert plain[1].verdict == plain[1].note == ""


def test_doubled_dimensions_are_told() -> None:
    found = used(Mirror())
    together = dataclasses.replace(found, correlation=np.array([[1.0, -0.9], [-0.9, 1.0]]))
    verdict = draw(together)[3].verdict
    assert "\u22120.90" in verdict
    assert "100.0\u202f% of the pairs" in verdict
    apart = dataclasses.replace(found, correlation=np.array([[1.0, 0.1], [0.1, 1.0]]))
    assert "twice" not in draw(apart)[3].verdict


def test_one_dimension_has_no_correlations() -> None:
    data = made_data(30, 1, 1, 1)
    found = base.compute("code-use", made_subject(data, Mirror((1, 1, 1))), None, {}, Reporter())
    titles = [panel.title for panel in draw(found)]  # type: ignore[arg-type]  # it is this look's
    assert "Which dimensions go together" not in titles
    assert len(titles) == 4


def test_the_table_has_the_columns_that_are_known_and_says_what_it_leaves_out() -> None:
    *_others, points = draw(used(Mirror()))
    *_others, gaussians = draw(used(Gaussian()))
    assert isinstance(points.content, Table)
    assert isinstance(gaussians.content, Table)
    assert len(points.content.head) == 4
    assert len(gaussians.content.head) == 6
    assert points.note == "Shown are the first 32 of 36."
    assert gaussians.note == ""
    assert any("application/vnd.plotly.v1+json" in output.bundle() for output in used(Gaussian())._shown())
