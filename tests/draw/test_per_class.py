from __future__ import annotations

from trasluz.draw import names
from trasluz.draw.per_class import per_class_table


def test_the_table_of_classes_has_a_row_per_class() -> None:
    table = per_class_table({"cat": {"f1": 0.5, "support": 1200}, "dog": {"f1": 0.25, "support": 3}}).data[0]
    assert list(table.cells["values"][0]) == ["cat", "dog"]
    assert list(table.cells["values"][2]) == [f"1{names.THIN}200", "3"]
