import numpy as np
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.metrics import accuracy_score, f1_score

from trasluz.metrics.intervals import wilson
from trasluz.metrics.majority_class import majority_class, majority_labels


def test_majority_class_is_scikit_learns_dummy_learned_from_the_training_labels() -> None:
    rng = np.random.default_rng(1)
    train, labels = rng.choice(4, 100, p=[0.1, 0.2, 0.6, 0.1]), rng.choice(4, 70, p=[0.7, 0.1, 0.1, 0.1])
    expected = DummyClassifier(strategy="most_frequent").fit(np.zeros((100, 1)), train).predict(np.zeros((70, 1)))
    found = majority_class(train, labels, 4)
    assert found["class"] == 2
    assert found["accuracy"] == pytest.approx(accuracy_score(labels, expected))
    assert found["macro_f1"] == pytest.approx(f1_score(labels, expected, average="macro", zero_division=0))
    assert (found["accuracy_low"], found["accuracy_high"]) == wilson(int((labels == 2).sum()), 70)


def test_a_class_that_is_absent_from_the_evaluated_labels_is_never_right() -> None:
    found = majority_class(np.array([1, 1, 0]), np.array([0, 0, 2]), 3)
    assert (found["accuracy"], found["accuracy_low"], found["macro_f1"]) == (0.0, 0.0, 0.0)


def test_every_label_gets_its_more_frequent_answer() -> None:
    train = np.array([[True, False], [True, False], [True, True]])
    labels = np.array([[True, False], [False, False]])
    found = majority_labels(train, labels)
    assert found["subset_accuracy"] == 0.5
    assert found["label_accuracy"] == 0.75
