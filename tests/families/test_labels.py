"""What labels ask of scores: F1 against scikit-learn, in an epoch of training and in evaluation."""

from __future__ import annotations

import pytest
import torch
from sklearn.metrics import f1_score
from torch import Tensor

from trasluz.data.data import DataSpec
from trasluz.data.feed.batch import Batch
from trasluz.families._labels import LabelObjective


def batch_of(labels: Tensor, weights: Tensor | None = None) -> Batch:
    images = torch.zeros(len(labels), 1, 2, 2)
    return Batch(images, images, torch.arange(len(labels)), labels=labels, weights=weights)


def spec(classes: int, several: bool = False) -> DataSpec:
    return DataSpec("image", (1, 2, 2), tuple(f"class {i}" for i in range(classes)), several)


def drawn(count: int, classes: int, seed: int = 0) -> tuple[Tensor, Tensor]:
    rng = torch.Generator().manual_seed(seed)
    return torch.randn(count, classes, generator=rng), torch.randint(classes, (count,), generator=rng)


def test_f1_of_an_epoch_is_that_of_all_its_samples_and_not_the_mean_of_its_batches() -> None:
    judge = LabelObjective(spec(5))
    raw, labels = drawn(40, 5)
    mean = torch.zeros(3, 5)
    for part in (slice(0, 7), slice(7, 9), slice(9, 40)):
        terms = judge.losses(raw[part], batch_of(labels[part]))
        mean += terms["class_shares"] * len(labels[part]) / 40
        assert terms["accuracy"].item() == pytest.approx((raw[part].argmax(1) == labels[part]).float().mean().item())
    expected = f1_score(labels, raw.argmax(1), average="macro")
    assert judge.training_metrics({"class_shares": mean})["macro_f1"] == pytest.approx(expected, rel=1e-5)


def test_f1_of_an_evaluation_is_scikit_learns_with_absent_classes_left_out() -> None:
    judge = LabelObjective(spec(6))
    raw, labels = drawn(30, 6)
    labels[labels == 3] = 2
    raw[:, 3] = -100
    expected = f1_score(labels, raw.argmax(1), average="macro")
    assert judge.metrics(judge.sums(raw, batch_of(labels)))["macro_f1"] == pytest.approx(expected, rel=1e-5)


def test_f1_of_several_labels_is_scikit_learns_over_all_labels() -> None:
    judge = LabelObjective(spec(4, several=True))
    raw, _labels = drawn(20, 4)
    labels = (drawn(20, 4, seed=1)[0] > 0.3).float()
    expected = f1_score(labels, raw > 0, average="macro", zero_division=0)
    assert judge.metrics(judge.sums(raw, batch_of(labels)))["macro_f1"] == pytest.approx(expected, rel=1e-5)
    shares = judge.losses(raw, batch_of(labels))
    assert judge.training_metrics(shares.statistics)["macro_f1"] == pytest.approx(expected, rel=1e-5)
    assert not shares.watched


def test_samples_without_a_label_count_neither_as_true_nor_as_predicted() -> None:
    judge = LabelObjective(spec(3))
    raw, labels = drawn(12, 3)
    some = labels.clone()
    some[::3] = -1
    kept = some >= 0
    given = judge.metrics(judge.sums(raw, batch_of(some)))
    assert given == pytest.approx(judge.metrics(judge.sums(raw[kept], batch_of(labels[kept]))), rel=1e-5)
    shares = judge.losses(raw, batch_of(some))["class_shares"]
    assert torch.allclose(shares, judge.losses(raw[kept], batch_of(labels[kept]))["class_shares"])
    nothing = judge.losses(raw, batch_of(torch.full((12,), -1)))
    assert judge.training_metrics({"class_shares": nothing["class_shares"]}) == {"macro_f1": 0.0}


def test_weights_of_samples_weigh_what_is_watched_too() -> None:
    judge = LabelObjective(spec(2), "sigmoid")
    raw, labels = torch.tensor([[2.0], [-1.0], [3.0]]), torch.tensor([1, 1, 0])
    terms = judge.losses(raw, batch_of(labels, torch.tensor([3.0, 1.0, 0.0])))
    assert terms["accuracy"].item() == pytest.approx(0.75)
    assert terms["class_shares"].tolist() == [[0.0, 0.75], [0.25, 0.75], [0.0, 1.0]]


@pytest.mark.parametrize(("classes", "several", "outputs", "scores"), [(2, False, "sigmoid", 1), (2, False, "auto", 2)])
def test_how_many_scores_a_network_must_give(classes: int, several: bool, outputs: str, scores: int) -> None:
    assert LabelObjective(spec(classes, several), outputs).outputs == scores  # type: ignore[arg-type]  # from a list
