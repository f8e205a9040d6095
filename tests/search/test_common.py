"""Samples in common: by content, each once for each time that both have it, and none that was trained on."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from trasluz.search.common import Judged, untrained_pairs

NUMBERS = st.lists(st.integers(-5, 5), max_size=25)


@given(NUMBERS, NUMBERS, st.sets(st.integers(-5, 5)), st.sets(st.integers(-5, 5)))
def test_pairs_are_those_of_two_multisets(
    own: list[int], reference: list[int], trained: set[int], elsewhere: set[int]
) -> None:
    mine = Judged(np.array(own, np.int64), np.array(sorted(trained), np.int64))
    theirs = Judged(np.array(reference, np.int64), np.array(sorted(elsewhere), np.int64))
    first, second = untrained_pairs(mine, theirs)
    assert mine.samples[first].tolist() == theirs.samples[second].tolist()
    assert len(set(first.tolist())) == len(first)
    assert second.tolist() == sorted(set(second.tolist()))
    common = Counter(own) & Counter(reference)
    wanted = Counter({value: n for value, n in common.items() if value not in trained | elsewhere})
    assert Counter(mine.samples[first].tolist()) == wanted
