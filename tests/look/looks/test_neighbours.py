"""Neighbours in code and pixels, beside scikit-learn, on codes that are known."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.neighbors import KNeighborsClassifier

from tests.look.looks.made_decoders import Dreamer
from tests.look.looks.made_maps import Flat, made_data, made_subject
from trasluz.data.data import Data
from trasluz.data.feed.preprocess import Preprocess
from trasluz.errors import DataError, RequestError
from trasluz.look import base
from trasluz.look.looks.neighbours import NeighboursResult
from trasluz.look.result import load_result, save_result
from trasluz.look.shown import from_samples
from trasluz.look.subject import Subject
from trasluz.reporting import Reporter


class Parity:
    """A code that knows only whether a class is the second, and nothing else of an image."""

    capabilities = frozenset({"encode"})

    def encode(self, networks: torch.nn.ModuleDict, inputs: torch.Tensor) -> torch.Tensor:
        brightness = inputs.mean((1, 2, 3))
        return ((brightness > 0.25) & (brightness < 0.55)).float()[:, None]


def look(subject: Subject, images: np.ndarray | None = None, **options: object) -> NeighboursResult:
    shown = None if images is None else from_samples(images, tuple(f"mine-{i}.png" for i in range(len(images))))
    found = base.compute("neighbours", subject, shown, options, Reporter())
    assert isinstance(found, NeighboursResult)
    return found


def noisy() -> Data:
    """Three classes that overlap."""
    data = made_data(600)
    noise = np.random.default_rng(1).integers(0, 160, (600, 1, 1, 1))
    return dataclasses.replace(data, samples=((data.samples.astype(int) + noise) // 2).clip(0, 255).astype(np.uint8))


def test_where_the_code_is_the_image_both_spaces_name_the_same_neighbours() -> None:
    data = made_data()
    found = look(made_subject(data), count=4, nearest=3)
    assert found.shared == 1.0
    assert (found.near_rows["code"] == found.near_rows["pixels"]).all()
    rows = found.near_rows["code"]
    assert set(rows.ravel().tolist()) <= set(data.split("train").tolist())
    assert (found.near["code"] == data.samples[rows]).all()
    assert (found.near_labels["code"] == np.asarray(data.labels)[rows]).all()
    assert found.near["code"].shape == (4, 3, 6, 6, 1)
    assert (np.diff(found.distances["code"], axis=1) >= 0).all()


def test_the_accuracy_of_neighbours_is_that_of_scikit_learn() -> None:
    data = noisy()
    found = look(made_subject(data))
    flat, labels = data.samples.reshape(600, -1) / 255.0, np.asarray(data.labels)
    train, valid = data.split("train"), data.split("valid")
    expected = KNeighborsClassifier(5).fit(flat[train], labels[train]).score(flat[valid], labels[valid])
    assert found.neighbours["pixels"].value == pytest.approx(expected, abs=1e-12)
    assert found.neighbours["code"] == found.neighbours["pixels"]
    assert found.neighbours["pixels"].low < expected < found.neighbours["pixels"].high
    assert found.probes["pixels"].value > found.probes["pixels"].chance


def test_a_code_that_forgets_classes_loses_to_pca_of_its_size() -> None:
    found = look(made_subject(made_data(600), Parity()))
    assert (found.size, found.pca_size, found.pixels_size) == (1, 1, 36)
    assert found.probes["pca"].value > 0.95
    assert found.probes["code"].value < 0.75
    gain, low, high = found.gains["probes"]
    assert low < gain < high < 0
    assert gain == pytest.approx(found.probes["code"].value - found.probes["pca"].value)


def test_images_of_the_training_split_are_not_their_own_neighbours() -> None:
    found = look(made_subject(split="train"), count=5)
    assert (found.distances["pixels"] > 0).all()
    assert found.tested == 15


def test_chosen_images_have_neighbours_and_no_class() -> None:
    data = made_data()
    found = look(made_subject(data), data.samples[:2], nearest=1)
    assert found.image_names == ("mine-0.png", "mine-1.png")
    assert found.image_labels.tolist() == [-1, -1]
    assert found.near_rows["pixels"].ravel().tolist() == [0, 1]


@pytest.mark.parametrize("labels", [None, np.ones((90, 3), bool)])
def test_without_one_label_each_there_are_neighbours_and_no_accuracies(labels: np.ndarray | None) -> None:
    data = dataclasses.replace(made_data(), labels=labels, classes=() if labels is None else ("a", "b", "c"))
    found = look(made_subject(data))
    assert found.neighbours == found.probes == found.gains == {}
    assert (found.near_labels["code"] == -1).all()


@pytest.mark.parametrize(("channels", "height", "width"), [(3, 70, 9), (1, 1, 1), (2, 4, 4)])
def test_any_shape_of_image(channels: int, height: int, width: int) -> None:
    found = look(made_subject(made_data(30, channels, height, width)), nearest=2)
    assert found.near["pixels"].shape[:2] == (6, 2)
    assert found.pixels_size == (3 * 32 * 4 if height == 70 else channels * height * width)


def test_tables_have_accuracies_and_no_pictures() -> None:
    noise = np.random.default_rng(0)
    labels = np.arange(90) % 2
    samples = (noise.normal(size=(90, 3)) + 4 * labels[:, None]).astype(np.float32)
    splits = {"train": np.arange(60), "valid": np.arange(60, 90)}
    data = Data("table", "table", samples, splits, labels=labels, classes=("a", "b"))
    subject = made_subject(data, preprocess=Preprocess(kind="table"))
    found = look(subject)
    assert len(found.images) == 0
    assert found.neighbours["code"].value > 0.9


def test_it_is_kept_and_found_again_also_without_labels(tmp_path: Path) -> None:
    unlabelled = dataclasses.replace(made_data(), labels=None, classes=())
    for name, data in (("with", made_data()), ("without", unlabelled)):
        found = look(made_subject(data))
        save_result(tmp_path / name, found, {})
        again = load_result(tmp_path / name, NeighboursResult)
        assert again.neighbours == found.neighbours
        assert again.gains == found.gains
        assert (again.near["code"] == found.near["code"]).all()


def test_models_without_codes_and_data_without_others_are_refused() -> None:
    with pytest.raises(RequestError, match="cannot encode"):
        look(made_subject(family=Dreamer()))
    table = Data("table", "table", np.zeros((4, 3), np.float32), {"train": np.arange(2), "valid": np.arange(2, 4)})
    with pytest.raises(RequestError, match="neither images to show"):
        look(made_subject(table))
    alone = dataclasses.replace(made_data(30), splits={"train": np.arange(1), "valid": np.arange(1, 9)})
    with pytest.raises(DataError, match="at least two"):
        look(made_subject(alone, Flat()))
