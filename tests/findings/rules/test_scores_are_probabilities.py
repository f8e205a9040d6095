from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from tests.findings.made import classified, evidence, found, history, not_found
from trasluz.evaluation.evaluation import Evaluation
from trasluz.findings.base import check_all, find
from trasluz.metrics.calibration import reliability


def _softmax(scores: np.ndarray) -> np.ndarray:
    grown = np.exp(scores - scores.max(1, keepdims=True))
    return (grown / grown.sum(1, keepdims=True)).astype(np.float32)


def _judged(scores: np.ndarray) -> Evaluation:
    return classified([[20, 0, 0], [0, 20, 0], [0, 0, 20]], arrays={"probabilities": _softmax(scores)})


LOGITS = np.random.default_rng(0).normal(0, 4, (60, 3))


def test_a_softmax_before_that_of_the_loss() -> None:
    finding = found("scores-are-probabilities", evidence(evaluation=_judged(_softmax(LOGITS))))
    assert finding.numbers["most"] == pytest.approx(np.e / (np.e + 2))
    assert finding.settings == ()
    ours = {"model": {"family": "classifier", "network": {"name": "dense", "scores": "softmax"}}}
    made = evidence(ours, evaluation=_judged(_softmax(LOGITS)))
    assert found("scores-are-probabilities", made).settings == ("model.network.scores=linear",)
    assert "calibration-off" not in {each.rule for each in check_all(made)}


def test_scores_of_a_usual_network_trained_or_fresh_are_none() -> None:
    not_found("scores-are-probabilities", evidence(evaluation=_judged(LOGITS)))
    not_found("scores-are-probabilities", evidence(evaluation=_judged(LOGITS / 100)))
    not_found("scores-are-probabilities", evidence(evaluation=_judged(LOGITS[:5] / 100)))
    not_found("scores-are-probabilities", evidence())


def _several(scores: np.ndarray) -> Evaluation:
    labels = (LOGITS > 0).astype(np.int8)
    return Evaluation(
        "valid",
        len(scores),
        {"subset_accuracy": 0.1},
        arrays={"probabilities": (1 / (1 + np.exp(-scores))).astype(np.float32), "labels": labels},
    )


def test_a_sigmoid_before_that_of_several_labels() -> None:
    finding = found("scores-are-probabilities", evidence(evaluation=_several(1 / (1 + np.exp(-LOGITS)))))
    assert (finding.numbers["least"], finding.numbers["most"]) == (0.5, pytest.approx(np.e / (np.e + 1)))
    assert "sigmoid" in finding.seen
    assert "sum to 1" not in finding.seen


def test_scores_of_several_labels_that_only_happen_to_lie_between_are_none() -> None:
    not_found("scores-are-probabilities", evidence(evaluation=_several(LOGITS)))
    frequent = np.tile([0.95, 0.02, 0.5], (60, 1)) + np.random.default_rng(0).uniform(0, 0.03, (60, 3))
    not_found("scores-are-probabilities", evidence(evaluation=_several(frequent)))  # what a label's share alone gives


def test_the_doubt_that_a_sigmoid_leaves_is_told_with_it() -> None:
    scores = 1 / (1 + np.exp(-LOGITS))
    sure, right = 1 / (1 + np.exp(-scores)), LOGITS > 0
    made = dataclasses.replace(_several(scores), calibration=reliability(sure.ravel(), right.ravel()))
    made = dataclasses.replace(made, metrics={**made.metrics, "calibration_error": 0.3})
    assert find("calibration-off").check(evidence(evaluation=made)) is not None
    told = {each.rule for each in check_all(evidence(evaluation=made))}
    assert "scores-are-probabilities" in told
    assert "calibration-off" not in told


def test_zeros_and_ones_of_weights_that_nothing_moved_are_no_softmax() -> None:
    steps = np.eye(3)[LOGITS.argmax(1)]
    still = history(valid_loss=[0.9] * 4)
    not_found("scores-are-probabilities", evidence(records=still, evaluation=_judged(steps)))
    found("scores-are-probabilities", evidence(records=still, evaluation=_judged(_softmax(LOGITS))))
    found("scores-are-probabilities", evidence(evaluation=_judged(steps)))  # weights that moved came through a softmax
