"""Records: whoever adds them says what is kept of them; no name is known in advance."""

from __future__ import annotations

import numpy as np
import torch

from trasluz.data.feed.batch import Batch
from trasluz.evaluation.records import CodeSize, Records


def test_numbers_of_any_name_are_kept_row_by_row_and_the_rest_is_ignored() -> None:
    records = Records()
    for start in (0, 3):
        images = torch.zeros(3, 1, 4, 4)
        records.begin(Batch(images, images, torch.arange(3) + start), start)
        records.add("surprise of tomorrow", torch.arange(3, dtype=torch.float64) + start, keep="numbers")
        records.add("probabilities", torch.ones(3, 2))
    assert list(records.arrays()) == ["surprise of tomorrow"]
    kept = records.arrays()["surprise of tomorrow"]
    assert kept.dtype == np.float32
    assert kept.tolist() == [0, 1, 2, 3, 4, 5]


def test_a_code_is_counted_and_a_reconstruction_measured() -> None:
    records, images = Records(), torch.zeros(3, 1, 4, 4)
    records.begin(Batch(images, images, torch.arange(3)), 0)
    records.add("code", torch.zeros(3, 7))
    records.add("reconstruction", images + 0.5)
    assert records.code_size == CodeSize(7)
    assert records.arrays()["error"].tolist() == [0.25] * 3
    assert "reconstruction" not in records.arrays()
