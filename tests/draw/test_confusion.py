from __future__ import annotations

import numpy as np
import pytest

from trasluz.draw.confusion import confusion_matrix, most_confused, row_shares


def test_rows_of_shares_add_up_to_one_and_an_absent_class_stays_zero() -> None:
    shares = row_shares(np.array([[3, 1], [0, 0]]))
    assert shares.tolist() == [[0.75, 0.25], [0, 0]]


@pytest.mark.parametrize("k", [1, 2, 40])
def test_a_confusion_matrix_of_any_size_is_drawn_with_true_classes_as_rows(k: int) -> None:
    counts = np.zeros((k, k), np.int64)
    counts[0, -1] = 4
    figure = confusion_matrix(counts, [f"c{i}" for i in range(k)], normalise=True)
    assert figure.data[0].z[0][-1] == 1
    assert figure.layout.yaxis.autorange == "reversed"


def test_the_most_frequent_mistakes_come_first_without_the_diagonal() -> None:
    counts = np.array([[9, 2, 0], [5, 9, 0], [0, 0, 9]])
    assert most_confused(counts) == [(1, 0, 5), (0, 1, 2)]
