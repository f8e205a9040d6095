from __future__ import annotations

from trasluz.draw import names
from trasluz.draw.counts import class_counts, split_sizes


def test_bars_start_at_zero_and_name_their_numbers() -> None:
    figure = split_sizes({"train": 1437, "test": 180})
    assert figure.data[0].text == (f"1{names.THIN}437",)
    assert len(class_counts({"train": [3, 4]}, ["a", "b"]).data) == 1
