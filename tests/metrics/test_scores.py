import numpy as np
import pytest
import sklearn.metrics as reference

from trasluz.metrics.scores import classifier_scores, multi_label_scores, reconstruction_scores
from trasluz.rng import Rng

DRAWS = Rng(0)


def softmax(count: int, classes: int) -> np.ndarray:
    logits = np.random.default_rng(1).normal(size=(count, classes)) * 2
    return (np.exp(logits) / np.exp(logits).sum(1, keepdims=True)).astype(np.float32)


def test_classifier_scores_leave_out_samples_without_a_label_and_say_how_many() -> None:
    probabilities, labels = softmax(60, 3), np.random.default_rng(2).integers(0, 3, 60)
    missing = labels.copy()
    missing[50:] = -1
    found = classifier_scores(probabilities, missing, ("a", "b", "c"), DRAWS)
    expected = classifier_scores(probabilities[:50], labels[:50], ("a", "b", "c"), DRAWS)
    assert found.metrics == expected.metrics
    assert found.confusion is not None
    assert found.confusion.sum() == 50
    assert "10" in found.notes[0]
    assert expected.notes == ()


def test_numbers_of_each_class_carry_its_name_and_their_intervals_hold_them() -> None:
    probabilities, labels = softmax(80, 2), np.random.default_rng(3).integers(0, 2, 80)
    found = classifier_scores(probabilities, labels, ("cats", "dogs"), DRAWS)
    expected = reference.f1_score(labels, probabilities.argmax(1), average=None)
    assert found.per_class is not None
    assert [found.per_class[c]["f1"] for c in ("cats", "dogs")] == pytest.approx(expected)
    for name, (low, high) in found.intervals.items():
        assert low < found.metrics[name] < high
    assert "top5_accuracy" not in found.metrics
    assert "top5_accuracy" in classifier_scores(softmax(80, 12), labels, tuple("abcdefghijkl"), DRAWS).metrics


def test_several_labels_have_intervals_around_their_scores_and_no_confusion() -> None:
    rng = np.random.default_rng(4)
    probabilities, labels = rng.random((90, 3)).astype(np.float32), rng.random((90, 3)) < 0.5
    found = multi_label_scores(probabilities, labels, ("a", "b", "c"), DRAWS)
    assert found.confusion is None
    for name, (low, high) in found.intervals.items():
        assert low <= found.metrics[name] <= high
    assert found.metrics["macro_f1"] == pytest.approx(reference.f1_score(labels, probabilities > 0.5, average="macro"))


def test_the_interval_of_the_ratio_in_decibels_is_that_of_the_error() -> None:
    error = np.random.default_rng(5).random(200).astype(np.float32) * 0.1
    found = reconstruction_scores({"error": error, "rounded": 1 - error}, DRAWS)
    low, high = found.intervals["mse"]
    assert found.intervals["psnr"] == pytest.approx((-10 * np.log10(high), -10 * np.log10(low)))
    assert found.intervals["psnr"][0] < found.metrics["psnr"] < found.intervals["psnr"][1]
    assert "ssim" not in found.metrics


def test_two_classes_are_judged_over_all_thresholds_and_three_or_a_single_one_are_not() -> None:
    probabilities, labels = softmax(80, 2), np.random.default_rng(3).integers(0, 2, 80)
    found = classifier_scores(probabilities, labels, ("cats", "dogs"), DRAWS)
    assert found.metrics["roc_auc"] == pytest.approx(reference.roc_auc_score(labels, probabilities[:, 1]))
    assert found.metrics["average_precision"] == pytest.approx(
        reference.average_precision_score(labels, probabilities[:, 1])
    )
    assert "roc_auc" not in classifier_scores(probabilities, np.zeros(80, int), ("cats", "dogs"), DRAWS).metrics
    assert "roc_auc" not in classifier_scores(softmax(80, 3), labels, ("a", "b", "c"), DRAWS).metrics
