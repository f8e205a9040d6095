import numpy as np
import pytest
import sklearn.metrics as reference

from trasluz.metrics import multi_label as ours


def case(name: str) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    labels, predicted = rng.random((60, 4)) < 0.4, rng.random((60, 4)) < 0.5
    if name == "a label that never occurs":
        labels[:, 1] = False
    elif name == "nothing predicted":
        predicted[:] = False
    elif name == "one label":
        labels, predicted = labels[:, :1], predicted[:, :1]
    elif name == "nothing at all":
        labels[:], predicted[:] = False, False
    return labels, predicted


NAMES = ["ordinary", "a label that never occurs", "nothing predicted", "one label", "nothing at all"]


@pytest.mark.parametrize("name", NAMES)
def test_scores_of_each_label_are_those_of_scikit_learn(name: str) -> None:
    labels, predicted = case(name)
    found = ours.class_scores(labels, predicted)
    for label in range(labels.shape[1]):
        expected = reference.precision_recall_fscore_support(
            labels[:, label], predicted[:, label], average="binary", zero_division=0
        )
        assert [found[n][label] for n in ("precision", "recall", "f1")] == pytest.approx(expected[:3])
        assert found["support"][label] == labels[:, label].sum()


@pytest.mark.parametrize("name", [n for n in NAMES if n != "one label"])
def test_means_are_those_of_scikit_learn(name: str) -> None:
    labels, predicted = case(name)
    found = ours.mean_scores(labels, predicted)
    assert found["subset_accuracy"] == pytest.approx(reference.accuracy_score(labels, predicted))
    assert found["label_accuracy"] == pytest.approx(1 - reference.hamming_loss(labels, predicted))
    for mean in ("macro", "micro"):
        expected = reference.precision_recall_fscore_support(labels, predicted, average=mean, zero_division=0)
        assert [found[f"{mean}_{n}"] for n in ("precision", "recall", "f1")] == pytest.approx(expected[:3])
