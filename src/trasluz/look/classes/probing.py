"""Probing: how well a linear classifier reads classes from features, and how many directions the features use.

The probe is multinomial logistic regression on standardised features (Alain and Bengio 2016, "Understanding
intermediate layers using linear classifier probes"), with the penalty of scikit-learn's ``LogisticRegression`` at
C = 1: mean cross-entropy + ‖W‖² / (2·n·C).
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from trasluz.metrics.paired import paired_proportions

ITERATIONS = 100
LEAST = 0.01  # of accuracy: a gain that surely is not above it is called none


def probe(train: np.ndarray, labels: np.ndarray, test: np.ndarray, classes: int, cost: float = 1.0) -> np.ndarray:
    """The class that a linear probe gives each row of ``test``, int64 ``[m]``; arguments as ``probe_scores``."""
    found: np.ndarray = probe_scores(train, labels, test, classes, cost).argmax(1)
    return found


def probe_scores(
    train: np.ndarray, labels: np.ndarray, test: np.ndarray, classes: int, cost: float = 1.0
) -> np.ndarray:
    """Scores before softmax that a linear probe gives each row of ``test``, float32 ``[m, classes]``.

    ``train`` float32 ``[n, d]`` with ``labels`` int64 ``[n]`` below ``classes``; ``test`` ``[m, d]``.  Features are
    standardised by the mean and spread of ``train``; constant ones play no part, and where all are constant the scores
    are the logarithms of the classes' shares.
    """
    mean, spread = train.mean(0), train.std(0)
    used = spread > 1e-6 * max(float(spread.max()), 1e-30)
    if not used.any():
        shares = np.bincount(labels, minlength=classes) / len(labels)
        return np.tile(np.log(np.maximum(shares, 1e-12)).astype(np.float32), (len(test), 1))
    inputs = torch.from_numpy((train[:, used] - mean[used]) / spread[used])
    weight, bias = _fit(inputs, torch.from_numpy(labels), classes, cost)
    scores = torch.from_numpy((test[:, used] - mean[used]) / spread[used]) @ weight + bias
    found: np.ndarray = scores.numpy()
    return found


def _fit(inputs: Tensor, labels: Tensor, classes: int, cost: float) -> tuple[Tensor, Tensor]:
    """Weights ``[d, classes]`` and biases ``[classes]`` that minimise the penalised cross-entropy (L-BFGS)."""
    weight = torch.zeros(inputs.shape[1], classes, requires_grad=True)
    bias = torch.zeros(classes, requires_grad=True)
    search = torch.optim.LBFGS(
        [weight, bias], max_iter=ITERATIONS, history_size=10, tolerance_grad=1e-4, line_search_fn="strong_wolfe"
    )

    def closure() -> Tensor:
        search.zero_grad()
        loss = cross_entropy(torch.addmm(bias, inputs, weight), labels)
        loss = loss + weight.square().sum() / (2 * len(inputs) * cost)
        loss.backward()  # type: ignore[no-untyped-call]  # torch's own annotation is missing
        return loss

    with torch.inference_mode(False), torch.enable_grad():
        search.step(closure)  # type: ignore[no-untyped-call]  # torch annotates no such method
    return weight.detach(), bias.detach()


def effective_rank(features: np.ndarray) -> float:
    """exp of the entropy of the normalised singular values of the centred ``[n, d]`` (Roy and Vetterli 2007).

    From 1 (one direction) to min(n − 1, d) (all alike); 0 where all rows are equal.
    """
    wide = features.astype(np.float64)
    wide -= wide.mean(0)
    gram = wide @ wide.T if len(wide) < wide.shape[1] else wide.T @ wide
    squares = np.linalg.eigvalsh(gram)
    largest = float(squares[-1])
    if largest <= 0:
        return 0.0
    values = np.sqrt(squares[squares > largest * 1e-14])  # what is below is rounding
    shares = values / values.sum()
    return float(np.exp(-(shares * np.log(shares)).sum()))


def settled_at(right: np.ndarray) -> np.ndarray:
    """From which layer on each sample is right and stays right: int64 ``[n]`` from ``right``, bool ``[layers, n]``.

    The number of layers where the last one is wrong.
    """
    wrong_last = np.where(right, -1, np.arange(len(right))[:, None]).max(0)
    return np.asarray(wrong_last + 1, np.int64)


def paired_difference(
    before: np.ndarray, after: np.ndarray, groups: np.ndarray | None = None
) -> tuple[float, float, float]:
    """The gain in accuracy on the same samples (bool ``[n]`` each), and its 95 % interval: ``(gain, low, high)``.

    Of the paired difference of proportions (``paired_proportions``; Agresti and Min 2005), inside [−1, 1]; by
    ``groups`` int64 ``[n]``, where there are some.
    """
    return paired_proportions(after, before, groups)
