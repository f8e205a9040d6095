from __future__ import annotations

import numpy as np
import pytest

from tests.findings.made import classified, evidence, found, not_found
from trasluz.evaluation.evaluation import Evaluation
from trasluz.findings.base import check_all


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
