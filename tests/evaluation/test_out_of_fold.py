"""Out of fold: all samples once per repetition, scored as if one network had judged them; mixtures are refused."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, f1_score, log_loss

from trasluz.errors import DataError
from trasluz.evaluation.evaluation import Evaluation
from trasluz.evaluation.out_of_fold import FoldOf, OutOfFold, gather
from trasluz.metrics.clustered import clustered_share
from trasluz.metrics.intervals import wilson

CLASSES = ("a", "b", "c")
LABELS = np.random.default_rng(0).integers(0, 3, 90)


def answers(seed: int) -> np.ndarray:
    draw = np.random.default_rng(seed)
    scores = draw.random((90, 3)).astype(np.float32) + 0.6 * np.eye(3, dtype=np.float32)[LABELS]
    found: np.ndarray = scores / scores.sum(axis=1, keepdims=True)
    return found


def fold(index: int, seed: int = 0, *, rows: np.ndarray | None = None, **fields: object) -> FoldOf:
    rows = np.arange(index, 90, 3) if rows is None else rows
    arrays = {"rows": rows, "labels": LABELS[rows], "probabilities": answers(seed)[rows]}
    found = Evaluation("valid", len(rows), {"accuracy": 0.5 + index / 10}, classes=CLASSES, arrays=arrays)
    whole = {"run": f"run-{index}", "count": 3, "repetition": str(seed), "evaluation": found, **fields}
    return FoldOf(index=index, **whole)  # type: ignore[arg-type]  # the tests' own fields


def together(*seeds: int) -> OutOfFold:
    return gather([fold(index, seed) for seed in seeds for index in (2, 0, 1)])


def test_the_scores_are_those_of_all_samples_together() -> None:
    found, probabilities = together(0), answers(0)
    predicted = probabilities.argmax(axis=1)
    assert found.rows.tolist() == list(range(90))
    assert found.evaluation.arrays["fold"].tolist() == [0, 1, 2] * 30
    assert found.predictions is not None
    assert found.predictions.tolist() == predicted.tolist()
    assert np.array_equal(found.evaluation.confusion, confusion_matrix(LABELS, predicted))  # type: ignore[arg-type]
    metrics = found.evaluation.metrics
    assert metrics["macro_f1"] == pytest.approx(f1_score(LABELS, predicted, average="macro"))
    assert metrics["log_loss"] == pytest.approx(log_loss(LABELS, probabilities), rel=1e-5)
    assert found.evaluation.intervals["accuracy"] == wilson(int((predicted == LABELS).sum()), 90)
    assert found.evaluation.calibration is not None
    assert found.missing == ()


def test_the_mean_over_folds_is_that_of_their_own_numbers() -> None:
    assert together(0).over_folds()["accuracy"][0] == pytest.approx(0.6)


def test_samples_that_were_judged_several_times_count_as_one_in_the_intervals() -> None:
    found = together(0, 1)
    assert len(found.rows) == 180
    assert found.repetitions == ("0", "1")
    right = np.concatenate([answers(seed).argmax(axis=1) == LABELS for seed in (0, 1)])
    assert found.evaluation.metrics["accuracy"] == pytest.approx(right.mean())
    assert found.evaluation.intervals["accuracy"] == pytest.approx(clustered_share(right, np.tile(np.arange(90), 2)))
    assert any("90 samples were judged 2 times" in note for note in found.evaluation.notes)


def test_a_fold_that_is_not_there_is_told() -> None:
    found = gather([fold(0), fold(2)])
    assert found.missing == (("0", 1),)
    assert any("1 fold is not there" in note for note in found.evaluation.notes)


def test_identities_travel_with_the_rows() -> None:
    ids = np.arange(90) * 7
    found = gather([fold(i, identities=ids) for i in range(3)])
    assert found.evaluation.arrays["identities"].tolist() == ids.tolist()


def test_what_is_no_cross_validation_is_refused() -> None:
    with pytest.raises(DataError, match="no folds"):
        gather([])
    with pytest.raises(DataError, match="run-0 and run-1 judged the same sample"):
        gather([fold(0), fold(1, rows=np.arange(5))])
    with pytest.raises(DataError, match="no folds of the same data"):
        gather([fold(0, identities=np.arange(90)), fold(1, identities=np.arange(90) + 1)])
    with pytest.raises(DataError, match="no folds of the same data"):
        gather([fold(0), fold(1, count=5)])
