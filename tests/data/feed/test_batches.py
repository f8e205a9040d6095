"""Batches: every sample as often as promised, whichever process asks, and the same from memory and from disk."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch

from trasluz.data.data import Data
from trasluz.data.feed.batches import Process, Smaller, TrainBatches, evaluation_batches
from trasluz.data.feed.preprocess import fit_preprocess
from trasluz.recipe import DataSection
from trasluz.rng import Rng

CPU = torch.device("cpu")


def data(count: int = 23, shape: tuple[int, ...] = (6, 5, 3)) -> Data:
    samples = np.random.default_rng(0).integers(0, 256, (count, *shape), np.uint8)
    labels = np.arange(count, dtype=np.int64) % 3
    return Data("made", "image", samples, {"train": np.arange(count)}, labels=labels, classes=("a", "b", "c"))


def batches(given: Data, batch: int = 5, section: DataSection = DataSection(), **more: object) -> TrainBatches:  # noqa: B008 - frozen
    return TrainBatches(given, fit_preprocess(given, section), section, Rng(1), batch, CPU, **more)  # type: ignore[arg-type]  # settings by name


def rows_of(made: TrainBatches, epoch: int = 0) -> list[int]:
    return [row for batch, _rng, _weight in made.epoch(epoch) for row in batch.rows.tolist()]


def test_an_epoch_shows_every_sample_once_in_a_new_order() -> None:
    made = batches(data())
    first, second = rows_of(made, 0), rows_of(made, 1)
    assert sorted(first) == sorted(second) == list(range(23))
    assert first != second
    assert first == rows_of(made, 0)
    assert [len(batch) for batch, _rng, _weight in made.epoch(0)] == [5, 5, 5, 5, 3]


def test_more_steps_than_data_go_on_with_a_new_order_and_fewer_leave_some_out() -> None:
    longer = batches(data(10), 4, steps_per_epoch=6)
    shown = rows_of(longer)
    assert len(shown) == longer.samples_per_epoch == 24
    assert sorted(shown[:10]) == sorted(shown[10:20]) == list(range(10))
    shorter = batches(data(10), 4, steps_per_epoch=2)
    assert len(set(rows_of(shorter))) == 8


def test_a_batch_larger_than_the_data_is_all_of_it() -> None:
    made = batches(data(7), 100)
    assert made.steps == 1
    assert len(rows_of(made)) == 7


def test_starting_in_the_middle_gives_the_rest_of_the_same_epoch() -> None:
    made = batches(data(), section=DataSection(augment={"shift": 0.2, "erasing": 0.5}))
    whole, rest = list(made.epoch(2)), list(made.epoch(2, 3))
    assert len(rest) == 2
    for (a, _d, _w), (b, _e, _v) in zip(whole[3:], rest, strict=True):
        assert torch.equal(a.inputs, b.inputs)


@pytest.mark.parametrize("world", [2, 3, 4])
def test_processes_share_each_batch_without_overlap_and_their_weights_make_the_mean(world: int) -> None:
    section = DataSection(augment={"shift": 0.2})
    alone = list(batches(data(), 5, section).epoch(0))
    shared = [list(batches(data(), 5, section, process=Process(rank, world)).epoch(0)) for rank in range(world)]
    for step, (whole, _rng, _weight) in enumerate(alone):
        parts = [shared[rank][step] for rank in range(world)]
        counted = [(batch, weight) for batch, _d, weight in parts if weight]
        assert torch.equal(torch.cat([batch.inputs for batch, _w in counted]), whole.inputs)
        mean = sum(weight * batch.inputs.mean() for batch, _d, weight in parts) / world
        torch.testing.assert_close(mean, whole.inputs.mean())


def test_data_mapped_from_disk_give_the_batches_of_data_in_memory(tmp_path: Path) -> None:
    held = data()
    np.save(tmp_path / "samples.npy", held.samples)
    mapped = dataclasses.replace(held, samples=np.load(tmp_path / "samples.npy", mmap_mode="r"))
    for first in (0, 2):
        for (a, _d, _w), (b, _e, _v) in zip(
            batches(held).epoch(0, first), batches(mapped).epoch(0, first), strict=True
        ):
            assert torch.equal(a.inputs, b.inputs)
            assert torch.equal(a.rows, b.rows)


def test_a_reader_that_stops_early_leaves_no_thread_behind(tmp_path: Path) -> None:
    import threading

    np.save(tmp_path / "samples.npy", data().samples)
    mapped = dataclasses.replace(data(), samples=np.load(tmp_path / "samples.npy", mmap_mode="r"))
    before = threading.active_count()
    stream = batches(mapped).epoch(0)
    next(stream)
    stream.close()  # type: ignore[attr-defined]  # a generator
    assert threading.active_count() == before


def test_small_images_first_then_the_full_size() -> None:
    made = batches(data(), smaller=Smaller((3, 4), 2))
    sizes = [next(iter(made.epoch(epoch)))[0].inputs.shape[2:] for epoch in range(4)]
    assert sizes == [(3, 4), (3, 4), (6, 5), (6, 5)]


def test_balanced_sampling_shows_a_rare_class_as_often() -> None:
    given = data(40)
    labels = np.where(np.arange(40) < 36, 0, 1).astype(np.int64)
    given = dataclasses.replace(given, labels=labels, classes=("a", "b"))
    shown = [labels[row] for row in rows_of(batches(given, 10, DataSection(balance="sampling")))]
    assert np.bincount(shown).tolist() == [20, 20]


def test_mixup_gives_soft_labels_and_mixes_targets_with_inputs() -> None:
    made = batches(data(), section=DataSection(augment={"mixup": 1.0}))
    batch = next(iter(made.epoch(0)))[0]
    assert batch.labels is not None
    assert batch.labels.shape == (5, 3)
    torch.testing.assert_close(batch.labels.sum(1), torch.ones(5))
    assert batch.inputs is batch.targets or torch.equal(batch.inputs, batch.targets)


def test_targets_stay_in_unit_range_when_inputs_are_standardised() -> None:
    batch = next(iter(batches(data(), section=DataSection(normalise="standard")).epoch(0)))[0]
    assert float(batch.targets.min()) >= 0
    assert float(batch.targets.max()) <= 1
    assert float(batch.inputs.min()) < -0.5


@pytest.mark.parametrize("shape", [(1, 1, 1), (7, 3, 4)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_every_depth_and_channel_count_becomes_unit_floats(shape: tuple[int, ...], dtype: type) -> None:
    top = {np.uint8: 255.0, np.uint16: 65535.0, np.float32: 1.0}[dtype]
    samples = np.full((4, *shape), top, dtype)
    given = dataclasses.replace(data(4, shape), samples=samples, value_range=(0.0, top))
    batch = next(iter(batches(given).epoch(0)))[0]
    assert batch.inputs.shape == (4, shape[2], shape[0], shape[1])
    assert batch.inputs.dtype == torch.float32
    torch.testing.assert_close(batch.inputs, torch.ones_like(batch.inputs))


def test_evaluation_sees_rows_in_order_and_unaugmented() -> None:
    given = data()
    section = DataSection(augment={"rotation": 90, "erasing": 1.0})
    rows = np.array([5, 3, 22, 0])
    found = list(evaluation_batches(given, rows, 3, fit_preprocess(given, section), CPU))
    assert [batch.rows.tolist() for batch, _rng in found] == [[5, 3, 22], [0]]
    expected = torch.from_numpy(given.samples[rows]).permute(0, 3, 1, 2) / 255
    torch.testing.assert_close(torch.cat([batch.inputs for batch, _rng in found]), expected)
    assert found[1][1].positions.tolist() == [3]
