"""The network drawn: what feeds what as the modules say, layers that change single values with those they follow."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from typing import Any

from torch import Tensor, nn

from tests.look.made_subjects import subject
from trasluz.draw.looking import draw
from trasluz.draw.network_plan import network_plan
from trasluz.draw.panel import Plan, Table
from trasluz.look.looks import strip
from trasluz.look.looks.strip import Config, StripResult
from trasluz.reporting import Reporter

_SVG = "{http://www.w3.org/2000/svg}"


class _Residual(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU())
        self.body = nn.Sequential(nn.Conv2d(4, 4, 3, padding=1), nn.ReLU(), nn.Conv2d(4, 4, 3, padding=1))
        self.act, self.out = nn.ReLU(), nn.Linear(256, 10)

    def forward(self, images: Tensor) -> Tensor:
        maps = self.stem(images)
        found: Tensor = self.out(self.act(maps + self.body(maps)).flatten(1))
        return found


def _found(net: nn.Module) -> StripResult:
    return strip.compute(subject(net), None, Config(), Reporter())


def _parts(plan: Plan | None) -> list[Any]:
    assert plan is not None
    return [ET.fromstring(part) for part in plan.parts]


def test_what_feeds_a_layer_is_what_the_forward_pass_adds_up() -> None:
    fed = {layer.name: layer.fed_by for layer in _found(_Residual()).layers}
    assert fed["net.stem.0"] == ("",)
    assert fed["net.body.0"] == ("net.stem.2",)
    assert fed["net.act"] == ("net.stem.2", "net.body.2")
    assert fed["net.out"] == ("net.act",)


def test_a_skip_connection_is_a_line_at_the_side_and_a_sum() -> None:
    (svg,) = _parts(network_plan(_found(_Residual())))
    boxes = [a.get("data-plan") for a in svg.iter(f"{_SVG}a")]
    assert boxes == ["net.stem.0 net.stem.1 net.stem.2", "net.body.0 net.body.1", "net.body.2", "net.act", "net.out"]
    lines = [path.get("d", "") for path in svg.iter(f"{_SVG}path")]
    assert sum("q" in line for line in lines) == 1  # round corners: the one that passes at the side
    assert [text.text for text in svg.iter(f"{_SVG}text") if text.get("class") == "sign"] == ["+"]
    assert "4×8×8" in [text.text for text in svg.iter(f"{_SVG}text")]


def test_parameters_of_the_boxes_are_all_of_the_network() -> None:
    net = _Residual()
    (svg,) = _parts(network_plan(_found(net)))
    counts = [text.text for text in svg.iter(f"{_SVG}text") if text.get("text-anchor") == "end"]
    learned = [int((text or "").replace("\u202f", "")) for text in counts if text and "×" not in text]
    whole = sum(p.numel() for p in net.parameters())
    assert sum(learned) == whole + 10  # and the ten that the last layer gives


def test_branches_that_are_joined_have_their_own_sign() -> None:
    class Joined(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.b, self.out = nn.Conv2d(1, 2, 3), nn.Conv2d(1, 3, 3), nn.Conv2d(5, 10, 6)

        def forward(self, images: Tensor) -> Tensor:
            import torch

            found: Tensor = self.out(torch.cat([self.a(images), self.b(images)], 1)).flatten(1)
            return found

    (svg,) = _parts(network_plan(_found(Joined())))
    assert [text.text for text in svg.iter(f"{_SVG}text") if text.get("class") == "sign"] == ["&"]


def test_names_that_are_markup_are_text() -> None:
    net = nn.Sequential()
    net.add_module("<b>&", nn.Flatten())
    net.add_module("out", nn.Linear(64, 10))
    (svg,) = _parts(network_plan(_found(net)))
    assert any((text.text or "").endswith("<b>&") for text in svg.iter(f"{_SVG}text"))


def test_the_drawing_stands_before_the_table() -> None:
    drawing, table = draw(_found(_Residual()))
    assert isinstance(drawing.content, Plan)
    assert isinstance(table.content, Table)
    assert drawing.verdict
    assert table.folded


def test_where_no_pass_tells_what_feeds_what_it_is_a_dashed_chain_and_says_so() -> None:
    found = _found(nn.Sequential(nn.Conv2d(1, 2, 3), nn.Conv2d(2, 3, 3), nn.Flatten(), nn.Linear(48, 10)))
    unknown = replace(found, layers=tuple(replace(layer, fed_by=()) for layer in found.layers))
    (svg,) = _parts(network_plan(unknown))
    lines = [path.get("stroke-dasharray") for path in svg.iter(f"{_SVG}path")]
    assert len(lines) == len(found.layers)  # from what is given to the first, and between neighbours
    assert lines[1:] == ["3 3"] * (len(lines) - 1)
    assert "A dashed line" in draw(unknown)[0].note
    assert "A dashed line" not in draw(found)[0].note
    assert network_plan(replace(found, layers=())) is None
