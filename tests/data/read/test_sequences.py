from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from trasluz.data.arrays import from_arrays
from trasluz.data.opening import open_data
from trasluz.data.read.raw import Raw
from trasluz.data.read.sequences import sequences
from trasluz.errors import DataError
from trasluz.recipe import DataSection

LENGTHS = [3, 1, 4, 2, 4, 3]


def values(steps: int = 4, features: int = 2) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(6, 12, features))[:, :steps]


def test_sequences_are_zero_beyond_their_length_and_keep_their_lengths() -> None:
    raw = from_arrays(values(), ["a", "b"] * 3, lengths=LENGTHS)
    assert (raw.kind, raw.samples.shape, raw.samples.dtype) == ("sequence", (6, 4, 2), np.float32)
    assert raw.lengths is not None
    assert raw.lengths.tolist() == LENGTHS
    for sample, full, length in zip(raw.samples, values(), LENGTHS, strict=True):
        np.testing.assert_array_equal(sample[:length], full[:length].astype(np.float32))
        assert not sample[length:].any()


def test_more_padding_whatever_it_holds_gives_the_same_data() -> None:
    padded = values(9)
    for sample, length in zip(padded, LENGTHS, strict=True):
        sample[length:] = np.nan
    first, second = from_arrays(values(), lengths=LENGTHS), from_arrays(padded, lengths=np.array(LENGTHS, float))
    np.testing.assert_array_equal(first.samples, second.samples)
    opened = [open_data(DataSection(valid=0.5), 0, arrays=raw) for raw in (first, second)]
    assert opened[0].fingerprint == opened[1].fingerprint
    assert opened[0].spec.kind == "sequence"
    assert opened[0].spec.shape == (4, 2)
    assert opened[0].lengths is not None


def test_splits_may_be_padded_to_different_lengths_and_one_number_per_step_is_a_feature() -> None:
    longer, shorter = values(7)[..., 0], values(2)[..., 0]
    raw = from_arrays(values()[..., 0], lengths=LENGTHS, valid=(longer, None, [7] * 6), test=(shorter, None))
    assert raw.samples.shape == (18, 7, 1)
    assert raw.lengths is not None
    assert raw.lengths.tolist() == [*LENGTHS, *[7] * 6, *[2] * 6]
    assert {name: len(rows) for name, rows in raw.splits.items()} == {"train": 6, "valid": 6, "test": 6}


@pytest.mark.parametrize("lengths", [[0] * 6, [5] * 6, [1], [1.5] * 6])
def test_lengths_that_do_not_fit_are_refused(lengths: list[float]) -> None:
    with pytest.raises(DataError, match="from 1 to 4"):
        from_arrays(values(), lengths=lengths)


def test_other_shapes_kinds_and_numbers_are_refused() -> None:
    with pytest.raises(DataError, match=r"\[n, steps, features\]"):
        sequences(np.zeros((2, 3, 4, 5)), [1, 1], "X")
    with pytest.raises(DataError, match="one array of numbers"):
        sequences([[1, 2], [1]], [2, 1], "X")
    spoiled = values()
    spoiled[0, 0] = np.inf
    with pytest.raises(DataError, match="NaN or infinite"):
        from_arrays(spoiled, lengths=LENGTHS)


def test_npz_files_with_lengths_hold_sequences(tmp_path: Path) -> None:
    path = tmp_path / "walks.npz"
    np.savez(path, X_train=values(), lengths_train=LENGTHS, X_test=values(3), lengths_test=[3] * 6)
    data = open_data(DataSection(source=str(path), valid=None), 0)
    assert data.kind == "sequence"
    assert data.lengths is not None
    assert data.lengths[data.split("test")].tolist() == [3] * 6
    np.savez(path, X=values(), y=list("aabbab"), lengths=LENGTHS)
    data = open_data(DataSection(source=str(path), valid=0.5), 0)
    assert data.classes == ("a", "b")
    assert data.lengths is not None
    assert data.lengths.tolist() == LENGTHS


def test_images_and_tables_have_no_lengths() -> None:
    raw: Raw = from_arrays(np.zeros((3, 4, 5)))
    assert raw.kind == "image"
    assert raw.lengths is None
