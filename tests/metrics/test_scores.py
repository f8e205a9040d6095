import numpy as np
import pytest
import sklearn.metrics as reference

from trasluz.metrics.described import metric
from trasluz.metrics.scores import classifier_scores, multi_label_scores, reconstruction_scores


def softmax(count: int, classes: int) -> np.ndarray:
    logits = np.random.default_rng(1).normal(size=(count, classes)) * 2
    return (np.exp(logits) / np.exp(logits).sum(1, keepdims=True)).astype(np.float32)


def test_classifier_scores_leave_out_samples_without_a_label_and_say_how_many() -> None:
    probabilities, labels = softmax(60, 3), np.random.default_rng(2).integers(0, 3, 60)
    missing = labels.copy()
    missing[50:] = -1
    found = classifier_scores(probabilities, missing, ("a", "b", "c"))
    expected = classifier_scores(probabilities[:50], labels[:50], ("a", "b", "c"))
    assert found.metrics == expected.metrics
    assert found.confusion is not None
    assert found.confusion.sum() == 50
    assert "10" in found.notes[0]
    assert expected.notes == ()


def test_numbers_of_each_class_carry_its_name_and_their_intervals_hold_them() -> None:
    probabilities, labels = softmax(80, 2), np.random.default_rng(3).integers(0, 2, 80)
    found = classifier_scores(probabilities, labels, ("cats", "dogs"))
    expected = reference.f1_score(labels, probabilities.argmax(1), average=None)
    assert found.per_class is not None
    assert [found.per_class[c]["f1"] for c in ("cats", "dogs")] == pytest.approx(expected)
    for name, (low, high) in found.intervals.items():
        assert low < found.metrics[name] < high
    assert "top5_accuracy" not in found.metrics
    assert "top5_accuracy" in classifier_scores(softmax(80, 12), labels, tuple("abcdefghijkl")).metrics


def test_several_labels_have_intervals_around_their_scores_and_no_confusion() -> None:
    rng = np.random.default_rng(4)
    probabilities, labels = rng.random((90, 3)).astype(np.float32), rng.random((90, 3)) < 0.5
    found = multi_label_scores(probabilities, labels, ("a", "b", "c"))
    assert found.confusion is None
    for name, (low, high) in found.intervals.items():
        assert low <= found.metrics[name] <= high
    assert found.metrics["macro_f1"] == pytest.approx(reference.f1_score(labels, probabilities > 0.5, average="macro"))


def test_the_interval_of_the_ratio_in_decibels_is_that_of_the_error() -> None:
    error = np.random.default_rng(5).random(200).astype(np.float32) * 0.1
    found = reconstruction_scores({"error": error, "rounded": 1 - error})
    low, high = found.intervals["mse"]
    assert found.intervals["psnr"] == pytest.approx((-10 * np.log10(high), -10 * np.log10(low)))
    assert found.intervals["psnr"][0] < found.metrics["psnr"] < found.intervals["psnr"][1]
    assert "ssim" not in found.metrics


def test_two_classes_are_judged_over_all_thresholds_and_three_or_a_single_one_are_not() -> None:
    probabilities, labels = softmax(80, 2), np.random.default_rng(3).integers(0, 2, 80)
    found = classifier_scores(probabilities, labels, ("cats", "dogs"))
    assert found.metrics["roc_auc"] == pytest.approx(reference.roc_auc_score(labels, probabilities[:, 1]))
    assert found.metrics["average_precision"] == pytest.approx(
        reference.average_precision_score(labels, probabilities[:, 1])
    )
    assert "roc_auc" not in classifier_scores(probabilities, np.zeros(80, int), ("cats", "dogs")).metrics
    assert "roc_auc" not in classifier_scores(softmax(80, 3), labels, ("a", "b", "c")).metrics


def test_log_loss_is_what_scores_before_softmax_give_where_they_are_known() -> None:
    """A sure mistake counts in full, which a float32 probability cannot hold."""
    logits = np.array([[200.0, 0.0], [0.0, 3.0]])
    probabilities = (np.exp(logits - 200) / np.exp(logits - 200).sum(1, keepdims=True)).astype(np.float32)
    probabilities[1] = [0.0474, 0.9526]
    labels = np.array([1, 1])
    losses = np.logaddexp.reduce(logits, 1) - logits[[0, 1], labels]
    found = classifier_scores(probabilities, labels, ("a", "b"), losses)
    assert found.metrics["log_loss"] == pytest.approx((200 + 0.0486) / 2, rel=1e-4)
    assert found.intervals["log_loss"][0] >= 0
    floored = classifier_scores(probabilities, labels, ("a", "b"))
    assert floored.metrics["log_loss"] == pytest.approx((126 * np.log(2) + 0.0486) / 2, rel=1e-4)


def test_a_model_that_only_names_classes_has_no_log_loss_and_says_why() -> None:
    labels = np.array([0, 1, 1, 0])
    found = classifier_scores(np.eye(2, dtype=np.float32)[[0, 1, 0, 0]], labels, ("a", "b"))
    assert "log_loss" not in found.metrics
    assert any("log loss" in note for note in found.notes)


def test_forty_images_with_all_labels_right_do_not_claim_certainty() -> None:
    labels = np.random.default_rng(6).random((40, 3)) < 0.5
    found = multi_label_scores(np.where(labels, 0.9, 0.1).astype(np.float32), labels, ("a", "b", "c"))
    for name in ("label_accuracy", "subset_accuracy", "macro_f1"):
        assert found.metrics[name] == 1
        assert found.intervals[name][0] < 0.95


@pytest.mark.parametrize("count", [1, 2])
def test_one_or_two_samples_have_intervals_inside_the_range_or_none(count: int) -> None:
    scores = classifier_scores(softmax(count, 3), np.arange(count), ("a", "b", "c"))
    labels = np.ones((count, 2), bool)
    several = multi_label_scores(np.full((count, 2), 0.9, np.float32), labels, ("a", "b"))
    rebuilt = reconstruction_scores({name: np.full(count, 0.5, np.float32) for name in ("error", "rounded", "ssim")})
    for found in (scores, several, rebuilt):
        for name, (low, high) in found.intervals.items():
            described = metric(name)
            assert described is not None
            least, most = described.bounds
            assert least is not None
            assert least <= low <= found.metrics[name] <= high <= (np.inf if most is None else most)
    assert "mse" not in rebuilt.intervals, "equal errors say nothing about the next"
