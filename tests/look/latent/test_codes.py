"""Codes of rows: those of each row, in the order asked for, and of a split that most looks ask for only once."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from tests.look.made_subjects import Scores, digits, subject
from trasluz.look.latent.codes import encode_rows
from trasluz.look.subject import Subject
from trasluz.reporting import Reporter


class Coder(Scores):
    """Two sums of the pixels, which counts the images that it was asked about."""

    capabilities = frozenset({"encode"})
    asked = 0

    def encode(self, networks: nn.ModuleDict, inputs: Tensor) -> Tensor:
        type(self).asked += len(inputs)
        flat = inputs.flatten(1)
        return torch.stack([flat.sum(1), flat[:, ::2].sum(1)], 1)


@pytest.fixture
def coder() -> Subject:
    Coder.asked = 0
    return subject(nn.Linear(1, 1), family=Coder(digits().spec.shape))


def expected(rows: np.ndarray) -> np.ndarray:
    flat = digits().samples[rows].reshape(len(rows), -1) / np.float32(255)
    return np.stack([flat.sum(1), flat[:, ::2].sum(1)], 1)


@pytest.mark.parametrize(
    "rows",
    [
        np.arange(1000)[::-1],  # a split, backwards
        np.arange(1100, 1400),  # most of one
        np.array([5, 5, 1201]),  # little of two, one twice
        np.concatenate([np.arange(700), [1500, 3, 3, 1000]]),  # most of one, little of others, one twice
        np.arange(1797),
    ],
)
def test_codes_are_those_of_each_row_in_the_order_asked_for(coder: Subject, rows: np.ndarray) -> None:
    for _time in range(2):
        found = encode_rows(coder, rows, Reporter())
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, expected(rows), rtol=1e-5)


def test_a_split_is_encoded_once_and_little_of_it_is_not_all_of_it(coder: Subject) -> None:
    encode_rows(coder, np.arange(1000, 1010), Reporter())
    assert Coder.asked == 10
    first = encode_rows(coder, np.arange(1000, 1250), Reporter())
    assert Coder.asked == 10 + 400
    second = encode_rows(coder, np.arange(1100, 1400), Reporter())
    assert Coder.asked == 10 + 400
    np.testing.assert_array_equal(first[100:], second[:150])


def test_what_was_kept_changes_no_bits(coder: Subject) -> None:
    rows = np.concatenate([np.arange(600), [1700]])
    alone = encode_rows(subject(nn.Linear(1, 1), family=Coder(digits().spec.shape)), rows, Reporter())
    encode_rows(coder, np.arange(1797), Reporter())
    np.testing.assert_array_equal(encode_rows(coder, rows, Reporter()), alone)
