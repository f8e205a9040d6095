"""What is read off codes: scikit-learn's neighbours and logistic regression, by training images, everywhere one."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

from tests.look.looks.made_maps import made_data, made_subject
from trasluz.data.data import Data
from trasluz.look import base
from trasluz.look.latent.reading import read_off, reading
from trasluz.look.looks.latent_map import LatentMapResult
from trasluz.look.looks.neighbours import NeighboursResult
from trasluz.look.subject import Subject
from trasluz.metrics.intervals import wilson
from trasluz.reporting import Reporter


def noisy(count: int = 300, seed: int = 0) -> Data:
    """Classes that overlap, so that nothing reads them off without mistakes."""
    data = made_data(count)
    rng = np.random.default_rng(seed)
    samples = rng.integers(0, 120, data.samples.shape) + 12 * np.asarray(data.labels)[:, None, None, None]
    return dataclasses.replace(data, samples=samples.astype(np.uint8))


def flat(data: Data, rows: np.ndarray) -> np.ndarray:
    return data.samples[rows].reshape(len(rows), -1).astype(np.float32) / 255


def test_it_is_scikit_learns_taught_on_training_and_judged_on_held_out_images() -> None:
    data = noisy()
    train, valid = data.split("train"), data.split("valid")
    found = read_off(made_subject(data), Reporter())
    assert found is not None
    near, linear = found
    labels = np.asarray(data.labels)
    votes = KNeighborsClassifier(5).fit(flat(data, train), labels[train])
    assert near.value == pytest.approx(votes.score(flat(data, valid), labels[valid]), abs=1e-9)
    scaler = StandardScaler().fit(flat(data, train))
    probe = LogisticRegression(max_iter=2000, tol=1e-6).fit(scaler.transform(flat(data, train)), labels[train])
    expected = probe.score(scaler.transform(flat(data, valid)), labels[valid])
    assert linear.value == pytest.approx(expected, abs=2 / len(valid))
    assert (near.low, near.high) == wilson(round(near.value * 200), 200)
    assert (near.count, near.chance) == (200, pytest.approx(67 / 200))


@pytest.mark.parametrize("split", ["valid", "train"])
def test_every_look_that_tells_it_of_one_runs_codes_tells_the_same(split: str) -> None:
    subject = made_subject(noisy(), split=split)
    chart = base.compute("latent-map", subject, None, {"method": "pca", "count": 40}, Reporter())
    table = base.compute("neighbours", subject, None, {}, Reporter())
    assert isinstance(chart, LatentMapResult)
    assert isinstance(table, NeighboursResult)
    assert chart.neighbours == table.neighbours["code"]
    assert chart.probe == table.probes["code"]


def test_nobody_is_judged_by_itself() -> None:
    found = reading(made_subject(noisy(), split="train"))
    assert found is not None
    assert not set(found.pool.tolist()) & set(found.tested.tolist())


def _labelled(labels: np.ndarray) -> Subject:
    return made_subject(dataclasses.replace(made_data(), labels=labels))


@pytest.mark.parametrize("labels", [np.full(90, -1), np.zeros(90, np.int64)])
def test_without_two_classes_there_is_nothing_to_read(labels: np.ndarray) -> None:
    assert read_off(_labelled(labels), Reporter()) is None


@pytest.mark.parametrize("train", [0, 1])
def test_without_training_images_there_is_nobody_to_teach(train: int) -> None:
    data = made_data()
    subject = made_subject(dataclasses.replace(data, splits={**data.splits, "train": np.arange(train)}))
    assert read_off(subject, Reporter()) is None
    chart = base.compute("latent-map", subject, None, {"method": "pca"}, Reporter())
    assert isinstance(chart, LatentMapResult)
    assert chart.probe is None


def test_two_training_images_and_some_without_a_label_are_enough() -> None:
    data = made_data()
    labels = np.asarray(data.labels).copy()
    labels[:30:3] = -1
    subject = made_subject(dataclasses.replace(data, labels=labels, splits={**data.splits, "train": np.arange(3)}))
    found = read_off(subject, Reporter())
    assert found is not None
    assert 0 <= found[0].value <= 1
