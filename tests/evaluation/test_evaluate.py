from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from sklearn.metrics import accuracy_score, confusion_matrix
from torch import Tensor, nn

from trasluz.data.data import Data
from trasluz.data.feed.batch import Batch
from trasluz.data.feed.preprocess import Preprocess
from trasluz.errors import DamagedError, DataError
from trasluz.evaluation.evaluate import evaluate_split
from trasluz.evaluation.evaluation import Evaluation, load_evaluation, load_records
from trasluz.families.base import BaseFamily, Collector, Losses, Progress, Terms, create
from trasluz.metrics.reconstruction import numbers, statistics
from trasluz.model.model import Model
from trasluz.recipe.base import Section
from trasluz.reporting import Reporter, Task
from trasluz.rng import StepRng


class _NoSettings(Section):
    pass


class Dimmer(BaseFamily):
    """Gives each image back a little darker, with noise that belongs to the sample; its code has ``code`` numbers."""

    Config = _NoSettings

    def __init__(self, code: int = 2) -> None:
        super().__init__(_NoSettings(), None)  # type: ignore[arg-type]  # needs no shape
        self.code = code

    def build(self) -> nn.ModuleDict:
        return nn.ModuleDict({"net": nn.Sequential(nn.Dropout(0.5), nn.BatchNorm2d(1))})

    def losses(self, networks: nn.ModuleDict, batch: Batch, rng: StepRng, progress: Progress, update: str) -> Losses:
        raise AssertionError("evaluation trains nothing")

    def evaluate(
        self, networks: nn.ModuleDict, batch: Batch, rng: StepRng, collector: Collector | None = None
    ) -> Terms:
        assert not any(module.training for module in networks.modules())
        noise = rng.uniform("noise", *batch.targets.shape[1:])
        reconstruction = batch.targets * 0.9 + 0.1 * noise
        assert collector is not None
        collector.add("code", torch.zeros(len(batch), self.code))
        collector.add("reconstruction", reconstruction)
        collector.add("something nobody asked for", reconstruction)
        return statistics(reconstruction, batch.targets)

    def metrics(self, sums: Mapping[str, Tensor], networks: nn.ModuleDict) -> dict[str, float]:
        found = numbers(sums)
        return {**found, "loss": found["mse"]}


def digits() -> Data:
    found = load_digits()
    samples = (found.images * 255 / 16).astype(np.uint8)[..., None]
    splits = {"train": np.arange(1400), "valid": np.arange(1400, 1797)}
    return Data("digits", "image", samples, splits, labels=found.target.astype(np.int64), classes=tuple("0123456789"))


def random_data(shape: tuple[int, ...], labels: np.ndarray | None = None, classes: tuple[str, ...] = ()) -> Data:
    samples = np.random.default_rng(1).integers(0, 256, shape).astype(np.uint8)
    cut = max(1, len(samples) // 2)
    splits = {"train": np.arange(cut), "valid": np.arange(cut, len(samples))}
    return Data("random", "image", samples, splits, labels=labels, classes=classes)


CNN: dict[str, Any] = {"family": "classifier", "network": {"name": "residual"}}


def classifier(data: Data, seed: int = 0) -> tuple[BaseFamily, nn.ModuleDict]:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        family = create(CNN, data.spec)
        networks = family.build()
        for module in networks.modules():
            if isinstance(module, nn.Linear):
                nn.init.normal_(module.weight)
    return family, networks


def classified(data: Data) -> Model:
    return Model(*classifier(data), Preprocess(), data.spec)


def evaluated(data: Data, code: int = 2, **settings: Any) -> Evaluation:
    family = Dimmer(code)
    return evaluate_split(Model(family, family.build(), Preprocess(), data.spec), data, "valid", **settings)


def same(one: Evaluation, other: Evaluation) -> None:
    assert one.metrics == pytest.approx(other.metrics, rel=1e-4)
    assert {k: pytest.approx(v, rel=1e-3) for k, v in one.intervals.items()} == other.intervals
    for name, values in one.arrays.items():
        np.testing.assert_allclose(values, other.arrays[name], rtol=1e-3, atol=1e-5)
    for name, values in one.examples.items():
        np.testing.assert_allclose(values.astype(float), other.examples[name].astype(float), atol=1)


@pytest.mark.parametrize("batch", [1, 7, 100])
def test_reconstruction_scores_do_not_depend_on_the_size_of_the_batches(batch: int) -> None:
    data, rows = digits(), np.arange(1500, 1600)
    same(
        evaluated(data, rows=rows, batch=batch, baselines=False), evaluated(data, rows=rows, batch=64, baselines=False)
    )


def test_classifier_scores_do_not_depend_on_the_size_of_the_batches() -> None:
    data = digits()
    family, networks = classifier(data)
    found = [
        evaluate_split(Model(family, networks, Preprocess(), data.spec), data, "valid", batch=b) for b in (33, 397)
    ]
    same(*found)
    np.testing.assert_array_equal(found[0].confusion, found[1].confusion)


def test_classifier_scores_are_those_of_its_own_records() -> None:
    data = digits()
    found = evaluate_split(classified(data), data, "valid")
    said = found.arrays["probabilities"].argmax(1)
    truth = data.labels[data.split("valid")]  # type: ignore[index]  # digits have labels
    np.testing.assert_array_equal(found.arrays["labels"], truth)
    np.testing.assert_array_equal(found.confusion, confusion_matrix(truth, said, labels=range(10)))
    assert found.metrics["accuracy"] == pytest.approx(accuracy_score(truth, said))
    assert next(iter(found.metrics)) == "accuracy"
    assert found.intervals["accuracy"][0] < found.metrics["accuracy"] < found.intervals["accuracy"][1]
    assert 0 < found.baselines["majority class"]["accuracy"] < 0.2
    assert found.calibration is not None
    assert sum(found.calibration["count"]) == 397


def test_log_loss_is_the_cross_entropy_and_where_labels_are_smoothed_a_note_says_why_it_is_not() -> None:
    data = digits()
    plain = evaluate_split(classified(data), data, "valid")
    assert plain.metrics["log_loss"] == pytest.approx(plain.metrics["cross_entropy"], rel=1e-6)
    assert plain.metrics["log_loss"] == pytest.approx(plain.arrays["log_loss"].mean())
    low, high = plain.intervals["log_loss"]
    assert 0 < low < plain.metrics["log_loss"] < high
    assert plain.notes == ()
    smooth = create({**CNN, "label_smoothing": 0.3}, data.spec)
    found = evaluate_split(Model(smooth, classifier(data)[1], Preprocess(), data.spec), data, "valid")
    assert found.metrics["log_loss"] != pytest.approx(found.metrics["cross_entropy"], rel=1e-3)
    assert [note for note in found.notes if "labels smoothed by 30.0" in note and "weighted" not in note]


def test_the_note_on_losses_says_whether_labels_are_smoothed_or_classes_weighted() -> None:
    data = digits()
    weights = torch.linspace(0.2, 3.0, 10)
    for model, words, others in (
        (CNN, "with weighted classes", "smoothed"),
        ({**CNN, "label_smoothing": 0.3}, "and with weighted classes", "that it answers"),
    ):
        family = create(model, data.spec, weights)
        found = evaluate_split(Model(family, classifier(data)[1], Preprocess(), data.spec), data, "valid")
        told = [note for note in found.notes if "log loss" in note]
        assert len(told) == 1
        assert words in told[0]
        assert others not in told[0]


def test_the_images_shown_are_those_of_their_rows_and_fill_every_confusion_cell() -> None:
    data = digits()
    found = evaluate_split(classified(data), data, "valid")
    positions = found.examples["positions"]
    np.testing.assert_array_equal(found.examples["images"], data.samples[found.arrays["rows"][positions]])
    said, truth = found.arrays["probabilities"].argmax(1), found.arrays["labels"]
    assert found.confusion is not None
    shown = set(zip(truth[positions].tolist(), said[positions].tolist(), strict=True))
    assert shown == {(int(t), int(p)) for t, p in zip(*np.nonzero(found.confusion), strict=True)}


def test_best_and_worst_reconstructions_are_kept_with_their_originals() -> None:
    data = digits()
    found = evaluated(data, baselines=False)
    error, positions = found.arrays["error"], found.examples["positions"]
    order = np.argsort(error, kind="stable")
    assert set(positions.tolist()) == set(order[:12].tolist()) | set(order[-12:].tolist())
    np.testing.assert_array_equal(found.examples["images"], data.samples[found.arrays["rows"][positions]])
    away = np.mean((found.examples["reconstructions"] / 255.0 - found.examples["images"] / 255.0) ** 2, axis=(1, 2, 3))
    np.testing.assert_allclose(away, error[positions], atol=2e-3)


@pytest.mark.parametrize("shape", [(4, 1, 1, 1), (2, 5, 7, 3), (9, 13, 11, 4), (60, 3, 2, 1)])
def test_any_shape_is_evaluated_beside_pca_and_ssim_is_given_or_explained(shape: tuple[int, ...]) -> None:
    found = evaluated(random_data(shape))
    assert found.count == shape[0] - max(1, shape[0] // 2)
    assert {"mse", "psnr", "rounded_accuracy"} <= found.metrics.keys()
    assert found.baselines["pca"]["components"] <= 2
    assert ("ssim" in found.metrics) == (min(shape[1:3]) >= 3)
    assert ("ssim" in found.metrics) != any("SSIM" in note for note in found.notes)


def test_a_code_larger_than_the_image_is_called_that() -> None:
    found = evaluated(digits(), code=65)
    assert found.baselines["pca"]["code_larger_than_image"] == 1.0
    assert any("larger than the image" in note for note in found.notes)
    assert evaluated(digits(), code=64).baselines["pca"]["code_larger_than_image"] == 0.0


def test_without_training_images_there_is_no_pca_and_a_note_says_so() -> None:
    data = random_data((6, 5, 5, 1))
    only = Data(data.name, "image", data.samples, {"valid": np.arange(6)})
    found = evaluated(only)
    assert found.baselines == {}
    assert any("PCA" in note for note in found.notes)


def test_other_data_are_judged_beside_what_the_runs_own_training_images_teach() -> None:
    own, other = digits(), random_data((20, 8, 8, 1), np.zeros(20, np.int64), tuple("0123456789"))
    family, networks = classifier(own)
    found = evaluate_split(Model(family, networks, Preprocess(), other.spec), other, "valid", train=own)
    assert found.baselines["majority class"]["class"] == np.bincount(own.labels[:1400]).argmax()  # type: ignore[index]  # digits have labels
    noise = evaluated(other, train=own).baselines["pca"]["mse"]
    assert noise > 2 * evaluated(own).baselines["pca"]["mse"]


def test_several_labels_per_image_are_scored_label_by_label() -> None:
    labels = np.random.default_rng(2).random((40, 3)) < 0.5
    data = random_data((40, 8, 8, 1), labels, ("a", "b", "c"))
    found = evaluate_split(classified(data), data, "valid")
    right = (found.arrays["probabilities"] > 0.5) == labels[20:]
    assert found.metrics["subset_accuracy"] == pytest.approx(right.all(1).mean())
    assert found.metrics["label_accuracy"] == pytest.approx(right.mean())
    assert found.confusion is None
    assert found.per_class is not None
    assert list(found.per_class) == ["a", "b", "c"]
    assert len(found.examples["images"]) == 20


def test_images_without_a_label_are_left_out_and_counted() -> None:
    labels = np.arange(40) % 2
    labels[25:30] = -1
    data = random_data((40, 8, 8, 3), labels, ("a", "b"))
    found = evaluate_split(classified(data), data, "valid")
    assert found.confusion is not None
    assert found.confusion.sum() == 15
    assert any("5" in note for note in found.notes)
    assert not set(found.examples["positions"].tolist()) & set(range(5, 10))


def test_a_class_that_the_split_lacks_is_no_obstacle() -> None:
    labels = np.array([0, 1, 2] * 7 + [0] * 19)
    data = random_data((40, 8, 8, 1), labels, ("a", "b", "c"))
    found = evaluate_split(classified(data), data, "valid", rows=np.arange(25, 40))
    assert found.per_class is not None
    assert found.per_class["c"]["support"] == 0
    assert np.isfinite(list(found.metrics.values())).all()


def test_an_empty_split_is_refused_in_one_sentence() -> None:
    family = Dimmer()
    with pytest.raises(DataError, match="nothing to evaluate in the split test"):
        evaluate_split(Model(family, family.build(), Preprocess(), digits().spec), digits(), "test")


def test_modes_and_global_generators_are_left_as_they_were() -> None:
    family = Dimmer()
    networks = family.build()
    networks["net"][1].eval()
    before = torch.random.get_rng_state()
    evaluate_split(Model(family, networks, Preprocess(), digits().spec), digits(), "valid", baselines=False)
    assert [m.training for m in networks["net"]] == [True, False]
    torch.testing.assert_close(torch.random.get_rng_state(), before)


def test_an_evaluation_comes_back_from_its_folder_as_it_was(tmp_path: Path) -> None:
    for found in (evaluated(digits()), evaluate_split(classified(digits()), digits(), "valid")):
        back = load_evaluation(found.save(tmp_path))
        assert back.summary() == found.summary()
        for name, values in {**found.arrays, **found.examples}.items():
            np.testing.assert_array_equal({**back.arrays, **back.examples}[name], values)


class Counter(Reporter):
    """Remembers what each task expected and how much of it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[int | None, int]] = []

    @contextmanager
    def task(self, title: str, total: int | None = None, counted: str = "") -> Iterator[Task]:
        done: list[int] = []
        task = Task()
        task.advance = lambda amount=1, note="": done.append(amount)  # type: ignore[method-assign]  # a stand-in
        yield task
        self.told.append((total, sum(done)))


def test_records_are_read_without_images_and_their_damage_is_noticed(tmp_path: Path) -> None:
    arrays = {"rows": np.arange(5), "probabilities": np.full((5, 2), 0.5, np.float32)}
    folder = Evaluation("valid", 5, {"accuracy": 0.5}, arrays=arrays).save(tmp_path)
    (folder / "examples.npz").write_bytes(b"damaged")
    found = load_records(folder)
    assert {name: values.tolist() for name, values in found.items()} == {n: v.tolist() for n, v in arrays.items()}
    with pytest.raises(DamagedError):
        load_evaluation(folder)
    content = bytearray((folder / "arrays.npz").read_bytes())
    content[len(content) // 2] ^= 1
    (folder / "arrays.npz").write_bytes(content)
    with pytest.raises(DamagedError, match=r"arrays\.npz changed"):
        load_records(folder)


def test_progress_is_told_for_every_image() -> None:
    counter = Counter()
    evaluated(digits(), reporter=counter)
    evaluating, fitting = counter.told[:2]
    assert evaluating == (397, 397)
    assert fitting[0] == fitting[1]
