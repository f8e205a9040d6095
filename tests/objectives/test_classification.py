import numpy as np
import pytest
import torch
from sklearn.metrics import log_loss
from torch.nn import functional as F

from trasluz.objectives.classification import NO_LABEL, binary_cross_entropy, cross_entropy


@pytest.fixture
def logits() -> torch.Tensor:
    return torch.randn(12, 4, generator=torch.Generator().manual_seed(5)) * 3


LABELS = torch.tensor([0, 1, 2, 3, 0, 1, 2, 3, 0, 0, 0, 2])


def test_cross_entropy_is_the_log_loss_of_scikit_learn(logits: torch.Tensor) -> None:
    expected = log_loss(LABELS.numpy(), logits.double().softmax(1).numpy(), labels=range(4))
    assert cross_entropy(logits, LABELS).mean().item() == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.5])
def test_indices_and_one_hot_probabilities_give_the_same_numbers(logits: torch.Tensor, smoothing: float) -> None:
    weights = torch.tensor([0.5, 1.0, 2.0, 4.0])
    hard = cross_entropy(logits, LABELS, smoothing=smoothing, class_weights=weights)
    soft = cross_entropy(logits, F.one_hot(LABELS, 4).float(), smoothing=smoothing, class_weights=weights)
    torch.testing.assert_close(hard, soft)


def test_smoothing_and_weights_follow_the_written_formula(logits: torch.Tensor) -> None:
    weights = torch.tensor([0.5, 1.0, 2.0, 4.0])
    p = F.one_hot(LABELS, 4) * 0.9 + 0.1 / 4
    expected = -(weights * p * logits.log_softmax(1)).sum(1)
    torch.testing.assert_close(cross_entropy(logits, LABELS, smoothing=0.1, class_weights=weights), expected)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_samples_without_a_label_cost_nothing_and_pull_nowhere(logits: torch.Tensor, smoothing: float) -> None:
    labels = LABELS.clone()
    labels[3] = NO_LABEL
    logits.requires_grad_(True)
    loss = cross_entropy(logits, labels, smoothing=smoothing)
    loss.sum().backward()
    assert loss[3] == 0
    assert logits.grad is not None
    assert (logits.grad[3] == 0).all()
    assert (loss[:3] > 0).all()


def test_one_sigmoid_output_is_a_two_class_softmax() -> None:
    z = torch.randn(9, 1, generator=torch.Generator().manual_seed(6))
    labels = torch.tensor([0, 1, 1, 0, 1, 0, 0, 1, 1])
    two = torch.cat([torch.zeros_like(z), z], dim=1)
    weights = torch.tensor([1.0, 3.0])
    one = binary_cross_entropy(z, labels, smoothing=0.2, class_weights=weights)
    plain = binary_cross_entropy(z, labels, class_weights=weights)
    torch.testing.assert_close(plain, cross_entropy(two, labels, class_weights=weights))
    p = labels * 0.8 + 0.1
    expected = -(p * F.logsigmoid(z[:, 0]) + (1 - p) * F.logsigmoid(-z[:, 0])) * weights[labels]
    torch.testing.assert_close(one, expected)


def test_one_sigmoid_output_takes_mixed_labels_and_missing_ones() -> None:
    z = torch.tensor([[0.3], [-2.0]])
    mixed = torch.tensor([[0.25, 0.75], [1.0, 0.0]])
    expected = F.binary_cross_entropy_with_logits(z[:, 0], mixed[:, 1], reduction="none")
    torch.testing.assert_close(binary_cross_entropy(z, mixed), expected)
    assert binary_cross_entropy(z, torch.tensor([NO_LABEL, 0]))[0] == 0


def test_several_labels_are_summed_over_the_labels() -> None:
    generator = torch.Generator().manual_seed(7)
    z = torch.randn(6, 3, generator=generator)
    y = torch.rand(6, 3, generator=generator) > 0.5
    expected = F.binary_cross_entropy_with_logits(z, y.float(), reduction="none").sum(1)
    torch.testing.assert_close(binary_cross_entropy(z, y), expected)
    weighted = binary_cross_entropy(z, y, class_weights=torch.tensor([0.0, 1.0, 0.0]))
    torch.testing.assert_close(weighted, F.binary_cross_entropy_with_logits(z[:, 1], y[:, 1].float(), reduction="none"))


def test_one_label_of_several_labels_is_not_mistaken_for_two_classes() -> None:
    z, y = torch.tensor([[0.5], [1.5]]), torch.tensor([[1.0], [0.0]])
    expected = F.binary_cross_entropy_with_logits(z, y, reduction="none")[:, 0]
    np.testing.assert_allclose(binary_cross_entropy(z, y).numpy(), expected.numpy())
