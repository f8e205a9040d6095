import numpy as np
import pytest
import sklearn.metrics as reference
from hypothesis import given, settings
from hypothesis import strategies as st

from trasluz.metrics import classification as ours

CLASSES = 5


def case(name: str) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    labels, predicted = rng.integers(0, CLASSES, 200), rng.integers(0, CLASSES, 200)
    if name == "a class that never occurs":
        labels[labels == 3] = 1
    elif name == "a class that is never predicted":
        predicted[predicted == 2] = 0
    elif name == "a class that neither occurs nor is predicted":
        labels[labels == 4] = 0
        predicted[predicted == 4] = 1
    elif name == "only one class":
        labels[:], predicted[:] = 2, 2
    elif name == "everything wrong":
        predicted = (labels + 1) % CLASSES
    elif name == "one sample":
        labels, predicted = labels[:1], predicted[:1]
    return labels, predicted


NAMES = [
    "ordinary",
    "a class that never occurs",
    "a class that is never predicted",
    "a class that neither occurs nor is predicted",
    "only one class",
    "everything wrong",
    "one sample",
]


@pytest.mark.parametrize("name", NAMES)
def test_confusion_and_scores_are_those_of_scikit_learn(name: str) -> None:
    labels, predicted = case(name)
    confusion = ours.confusion_matrix(labels, predicted, CLASSES)
    np.testing.assert_array_equal(confusion, reference.confusion_matrix(labels, predicted, labels=range(CLASSES)))
    expected = reference.precision_recall_fscore_support(labels, predicted, labels=range(CLASSES), zero_division=0)
    each = ours.class_scores(confusion)
    for found, wanted in zip((each[n] for n in ("precision", "recall", "f1", "support")), expected, strict=True):
        np.testing.assert_allclose(found, wanted)
    assert ours.accuracy(confusion) == pytest.approx(reference.accuracy_score(labels, predicted))


@pytest.mark.parametrize("name", NAMES)
def test_macro_means_leave_out_absent_classes_as_scikit_learn_does(name: str) -> None:
    labels, predicted = case(name)
    found = ours.macro_scores(ours.confusion_matrix(labels, predicted, CLASSES))
    expected = reference.precision_recall_fscore_support(labels, predicted, average="macro", zero_division=0)[:3]
    assert list(found.values()) == pytest.approx(expected)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=30))
def test_macro_f1_agrees_with_scikit_learn_on_any_answers(pairs: list[tuple[int, int]]) -> None:
    labels, predicted = np.array(pairs).T
    expected = reference.f1_score(labels, predicted, average="macro", zero_division=0)
    assert ours.macro_f1(ours.confusion_matrix(labels, predicted, 4)) == pytest.approx(expected)


def probabilities(count: int, classes: int) -> np.ndarray:
    logits = np.random.default_rng(2).normal(size=(count, classes))
    return (np.exp(logits) / np.exp(logits).sum(1, keepdims=True)).astype(np.float32)


def test_log_loss_is_that_of_scikit_learn_and_finite_for_certain_mistakes() -> None:
    found = probabilities(50, CLASSES)
    labels = np.random.default_rng(3).integers(0, CLASSES, 50)
    exact = found.astype(np.float64)
    expected = reference.log_loss(labels, exact / exact.sum(1, keepdims=True), labels=range(CLASSES))
    assert ours.log_losses(found, labels).mean() == pytest.approx(expected, rel=1e-5)
    certain = np.array([[1.0, 0.0]], np.float32)
    assert ours.log_losses(certain, np.array([1])) == pytest.approx(126 * np.log(2)), (
        "2⁻¹²⁶, the smallest normal number"
    )


def test_probabilities_that_are_all_0_or_1_only_name_classes() -> None:
    assert ours.only_names(np.eye(3, dtype=np.float32))
    assert not ours.only_names(np.array([[1.0, 0.0], [0.9, 0.1]]))


@pytest.mark.parametrize("k", [1, 2, CLASSES])
def test_top_k_accuracy_is_that_of_scikit_learn(k: int) -> None:
    found = probabilities(80, CLASSES)
    labels = np.random.default_rng(4).integers(0, CLASSES, 80)
    if k < CLASSES:
        expected = reference.top_k_accuracy_score(labels, found, k=k, labels=range(CLASSES))
        assert ours.top_k_accuracy(found, labels, k) == pytest.approx(expected)
    else:
        assert ours.top_k_accuracy(found, labels, k) == 1.0
