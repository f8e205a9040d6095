"""Intervals of evaluations by groups: each that there is, or none."""

from __future__ import annotations

import numpy as np

from trasluz.evaluation.by_groups import intervals_by_groups, note_on_groups
from trasluz.metrics.intervals import wilson
from trasluz.metrics.scores import classifier_scores, multi_label_scores, reconstruction_scores

GROUPS = np.repeat(np.arange(12), 20)


def _probabilities(classes: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Scores that are right or wrong by groups."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, classes, len(GROUPS))
    skill = rng.normal(0.7, 1.5, 12)[GROUPS]
    logits = rng.normal(size=(len(GROUPS), classes))
    logits[np.arange(len(GROUPS)), labels] += skill
    scores = np.exp(logits)
    return (scores / scores.sum(1, keepdims=True)).astype(np.float32), labels


def test_every_interval_of_a_classifier_is_wider_by_groups() -> None:
    for classes in (2, 3):
        probabilities, labels = _probabilities(classes)
        names = tuple(str(i) for i in range(classes))
        scores = classifier_scores(probabilities, labels, names)
        found = intervals_by_groups(
            {"groups": GROUPS, "probabilities": probabilities, "labels": labels}, scores.intervals
        )
        assert found.keys() == scores.intervals.keys()
        for name, (low, high) in found.items():
            plain = scores.intervals[name]
            assert low < scores.metrics[name] < high
            assert high - low > 1.3 * (plain[1] - plain[0]), name


def test_several_labels_and_reconstructions_have_theirs() -> None:
    rng = np.random.default_rng(0)
    truth = rng.random((240, 3)) < 0.5
    probabilities = np.clip(truth + rng.normal(0, 0.4, truth.shape), 0, 1)
    scores = multi_label_scores(probabilities, truth, ("a", "b", "c"))
    arrays = {"groups": GROUPS, "probabilities": probabilities, "labels": truth}
    assert intervals_by_groups(arrays, scores.intervals).keys() == scores.intervals.keys()
    error = rng.exponential(rng.exponential(size=12)[GROUPS])
    records = {"error": error, "rounded": rng.random(240), "ssim": rng.uniform(-1, 1, 240)}
    plain = reconstruction_scores(records)
    found = intervals_by_groups({"groups": GROUPS, **records}, plain.intervals)
    assert found.keys() == plain.intervals.keys()
    assert all(low < plain.metrics[name] < high for name, (low, high) in found.items())


def test_an_interval_that_cannot_be_said_by_groups_is_left_out() -> None:
    assert intervals_by_groups({"groups": GROUPS}, {"kl": (0.0, 1.0)}) == {}
    assert intervals_by_groups({"groups": GROUPS}, {"prior_mmd": (0.0, 1.0)}) == {"prior_mmd": (0.0, 1.0)}


def test_samples_without_a_label_are_left_out() -> None:
    probabilities, labels = _probabilities(3)
    labels = np.where(np.arange(240) < 120, labels, -1)
    arrays = {"groups": GROUPS, "probabilities": probabilities, "labels": labels}
    found = intervals_by_groups(arrays, {"accuracy": wilson(1, 2)})
    low, high = found["accuracy"]
    assert low < (probabilities[:120].argmax(1) == labels[:120]).mean() < high


def test_the_note_counts_samples_and_groups() -> None:
    assert note_on_groups({"groups": GROUPS}).startswith("240 samples of 12 groups: ")
