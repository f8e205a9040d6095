"""What a sample contributes adds up to the metric itself."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, log_loss

from trasluz.metrics.sample_scores import sample_scores


def _records() -> dict[str, np.ndarray]:
    generator = np.random.default_rng(0)
    answers = generator.dirichlet(np.ones(4), 50)
    return {"probabilities": answers, "labels": np.r_[generator.integers(0, 4, 45), -np.ones(5, np.int64)]}


def test_means_are_those_of_scikit_learn_over_samples_with_a_label() -> None:
    records = _records()
    answers, labels = records["probabilities"][:45], records["labels"][:45]
    for metric, wanted in (
        ("accuracy", accuracy_score(labels, answers.argmax(1))),
        ("log_loss", -log_loss(labels, answers, labels=range(4))),
    ):
        found = sample_scores(metric, records)
        assert found is not None
        assert found[0].tolist() == list(range(45))
        assert found[1].mean() == pytest.approx(wanted)


def test_several_labels_are_right_together() -> None:
    records = {"probabilities": np.array([[0.9, 0.1], [0.9, 0.9]]), "labels": np.array([[1, 0], [1, 0]])}
    found = sample_scores("subset_accuracy", records)
    assert found is not None
    assert found[1].tolist() == [1.0, 0.0]
    assert sample_scores("accuracy", records) is None


def test_errors_have_their_sign_turned() -> None:
    found = sample_scores("mse", {"error": np.array([0.5, 0.25], np.float32)})
    assert found is not None
    assert found[1].tolist() == [-0.5, -0.25]


@pytest.mark.parametrize("metric", ["macro_f1", "psnr", "accuracy", "ssim"])
def test_what_is_no_mean_over_samples_or_was_not_kept_has_no_scores(metric: str) -> None:
    assert sample_scores(metric, {"error": np.ones(3)}) is None
