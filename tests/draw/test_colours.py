from __future__ import annotations

import pytest

from trasluz.draw.colours import OKABE_ITO, class_colours


@pytest.mark.parametrize("count", [0, 1, 8, 30])
def test_there_are_as_many_class_colours_as_classes_and_the_first_eight_are_okabe_and_itos(count: int) -> None:
    colours = class_colours(count)
    assert len(colours) == count
    assert colours[:8] == OKABE_ITO[:count]
    assert len(set(colours[:24])) == min(count, 24)
