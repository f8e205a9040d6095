"""Cross-entropies of class scores, one number per sample in nats, before any mean."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from trasluz.messages import N_
from trasluz.metrics.described import Metric

METRICS = {"cross_entropy": Metric(N_("Cross-entropy"), "number", "lower", least=0.0)}

NO_LABEL = -1


def cross_entropy(
    logits: Tensor, labels: Tensor, *, smoothing: float = 0.0, class_weights: Tensor | None = None
) -> Tensor:
    """−Σ_c w_c·p_c·log softmax(logits)_c per sample: ``[n]`` from logits ``[n, classes]``.

    ``labels``: int64 ``[n]`` (``NO_LABEL`` counts nothing) or probabilities ``[n, classes]`` (mixup).
    ``smoothing`` in [0, 1) mixes the uniform distribution into p (Szegedy et al. 2016, section 7).
    ``class_weights`` ``[classes]`` multiply, as in Keras; the mean over samples divides by their number, not by
    the sum of the weights.
    """
    return F.cross_entropy(
        logits.float(),
        labels if labels.ndim == 1 else labels.float(),
        weight=class_weights,
        ignore_index=NO_LABEL,
        reduction="none",
        label_smoothing=smoothing,
    )


def binary_cross_entropy(
    logits: Tensor, labels: Tensor, *, smoothing: float = 0.0, class_weights: Tensor | None = None
) -> Tensor:
    """−Σ_c w_c·[y_c·log σ(z_c) + (1 − y_c)·log(1 − σ(z_c))] per sample: ``[n]``.

    Several labels per sample: ``logits`` and ``labels`` ``[n, classes]``, ``class_weights`` ``[classes]``.
    One output for two classes: ``logits`` ``[n, 1]``, the score of class 1; ``labels`` int64 ``[n]`` in {0, 1}
    (``NO_LABEL`` counts nothing) or probabilities ``[n, 2]``; ``class_weights`` ``[2]``.
    ``smoothing`` moves y towards 1/2, as in Keras.
    """
    if logits.shape[1] == 1 and not (labels.ndim == 2 and labels.shape[1] == 1):
        return _one_output(logits, labels, smoothing, class_weights)
    targets = _smooth(labels.float(), smoothing)
    values = F.binary_cross_entropy_with_logits(logits.float(), targets, reduction="none")
    return (values if class_weights is None else values * class_weights).sum(1)


def _one_output(logits: Tensor, labels: Tensor, smoothing: float, class_weights: Tensor | None) -> Tensor:
    soft = labels.float() if labels.ndim == 2 else F.one_hot(labels.clamp_min(0), 2).float()
    targets = _smooth(soft[:, 1], smoothing)
    values = F.binary_cross_entropy_with_logits(logits[:, 0].float(), targets, reduction="none")
    if class_weights is not None:
        values = values * (soft * class_weights).sum(1)
    return values if labels.ndim == 2 else torch.where(labels == NO_LABEL, 0.0, values)


def _smooth(labels: Tensor, smoothing: float) -> Tensor:
    return labels if smoothing == 0.0 else labels * (1 - smoothing) + 0.5 * smoothing
