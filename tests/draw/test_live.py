from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from tests.draw.made_records import records
from trasluz.draw.live import LiveCurves, LiveCurvesCallback


def test_live_curves_are_drawn_once_and_then_replaced(display: SimpleNamespace) -> None:
    live = LiveCurves()
    live.update([])
    live.update(records(1))
    live.update(records(2))
    assert len(display.displayed) == 1
    assert len(display.handle.bundles) == 1
    assert list(display.handle.bundles[0]["application/vnd.plotly.v1+json"]["data"][0]["x"]) == [1, 2]


def test_live_curves_of_a_resumed_run_begin_with_its_earlier_epochs(display: SimpleNamespace) -> None:
    before, after = records(3)[:2], records(3)[2]
    callback = LiveCurvesCallback()
    loop: Any = SimpleNamespace(store=SimpleNamespace(metrics=lambda: before))
    callback.on_start(loop)
    callback.on_epoch_end(loop, after)
    assert list(display.handle.bundles[-1]["application/vnd.plotly.v1+json"]["data"][0]["x"]) == [1, 2, 3]
    assert len(before) == 2
