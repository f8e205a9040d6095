"""What labels ask of scores: the loss of a batch, what is watched while training, and the numbers of an evaluation.

Every family that classifies hands its network's scores to this.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import torch
from torch import Tensor

from trasluz.data.data import DataSpec
from trasluz.data.feed.batch import Batch
from trasluz.errors import DataError, RecipeError
from trasluz.families.base import Collector, Losses, Terms, mean_over_samples
from trasluz.messages import _
from trasluz.metrics.classification import macro_f1_of
from trasluz.objectives.classification import NO_LABEL, binary_cross_entropy, cross_entropy

Outputs = Literal["auto", "softmax", "sigmoid"]
_TINY = torch.finfo(torch.float32).tiny


class LabelObjective:
    """Judges raw scores by the labels of ``spec``.

    ``outputs``: ``softmax`` is one score per class; ``sigmoid`` one score for two classes, or one yes-or-no score per
    label where a sample has several; ``auto`` is softmax for one label per sample and sigmoid for several.
    """

    def __init__(
        self, spec: DataSpec, outputs: Outputs = "auto", smoothing: float = 0.0, class_weights: Tensor | None = None
    ) -> None:
        self.spec, self.smoothing, self.class_weights = spec, smoothing, class_weights
        self.softmax = outputs == "softmax" or (outputs == "auto" and not spec.multi_label)
        self._one = not self.softmax and not spec.multi_label

    @property
    def outputs(self) -> int:
        """How many scores a network must give.

        Raises:
            RecipeError: the outputs do not suit the labels.
            DataError: there are fewer than two classes to tell apart.
        """
        self._check()
        return 1 if self._one else len(self.spec.classes)

    def cross_entropy(self, raw: Tensor, labels: Tensor) -> Tensor:
        """In nats, summed over the labels of a sample, with smoothing and class weights: ``[n]``."""
        weights = None if self.class_weights is None else self.class_weights.to(raw.device)
        objective = cross_entropy if self.softmax else binary_cross_entropy
        return objective(raw, labels, smoothing=self.smoothing, class_weights=weights)

    def scores(self, raw: Tensor) -> Tensor:
        """Float32 ``[n, classes]``; one score z for two classes is given as (−z/2, z/2), which has the same softmax."""
        raw = raw.float()
        return torch.cat([-raw / 2, raw / 2], 1) if self._one else raw

    def probabilities(self, raw: Tensor) -> Tensor:
        """Softmax, or for several labels per sample the sigmoid, of the scores: float32 ``[n, classes]``."""
        scores = self.scores(raw)
        return scores.sigmoid() if self.spec.multi_label else scores.softmax(1)

    def log_losses(self, raw: Tensor, labels: Tensor) -> Tensor:
        """−log p of each sample's class ``[n]`` in nats by log-softmax of the scores in float64, neither smoothed nor
        weighted; 0 for a sample without a label.

        From probabilities it could not be told beyond what float32 holds: a sure mistake would count too little.
        """
        logs = self.scores(raw).cpu().double().log_softmax(1)  # on the host, because not every device has float64
        labels = labels.cpu()
        own = logs.gather(1, labels.clamp_min(0).unsqueeze(1)).squeeze(1)
        return torch.where(labels == NO_LABEL, 0.0, -own)

    def losses(self, raw: Tensor, batch: Batch) -> Losses:
        """``cross_entropy``, a mean over labelled samples, and what is only watched.

        That is ``accuracy``, against the likeliest class of mixed labels, and the statistic ``class_shares``
        ``[3, classes]``, of which an epoch makes F1.
        """
        labels = labels_of(batch)
        counting = _counting(labels, batch.weights)
        term = mean_over_samples(self.cross_entropy(raw, labels), counting)
        counts = self._class_counts(self.scores(raw.detach()), labels)
        weights = torch.ones(len(batch), device=raw.device) if counting is None else counting
        shares = (counts * weights[:, None, None]).sum(0) / weights.sum().clamp_min(_TINY)
        watched = {} if self.spec.multi_label else {"accuracy": mean_over_samples(counts[:, 0].sum(1), counting)}
        return Losses({"cross_entropy": term}, watched, {"class_shares": shares})

    def training_metrics(self, means: Mapping[str, Tensor]) -> dict[str, float]:
        """``macro_f1`` over the samples of an epoch as they were predicted while training."""
        return {"macro_f1": self._macro_f1(means["class_shares"])} if "class_shares" in means else {}

    def sums(self, raw: Tensor, batch: Batch, collector: Collector | None = None) -> Terms:
        """``count`` (labelled samples), ``cross_entropy``, ``hits``, ``class_counts`` ``[3, classes]`` and, with
        several labels per sample, ``label_hits``; records ``probabilities`` ``[n, classes]``, ``labels`` and, with one
        label per sample, ``log_loss`` ``[n]``."""
        labels = labels_of(batch)
        probabilities = self.probabilities(raw)
        if collector is not None:
            collector.add("probabilities", probabilities, keep="numbers")
            collector.add("labels", labels)
            if labels.ndim == 1:
                collector.add("log_loss", self.log_losses(raw, labels), keep="numbers")
        counting = _counting(labels, None)
        count = counting.sum() if counting is not None else torch.tensor(float(len(batch)), device=raw.device)
        sums = {"count": count, "cross_entropy": self.cross_entropy(raw, labels).sum()}
        sums["class_counts"] = self._class_counts(self.scores(raw), labels).sum(0)
        return sums | self._hits(probabilities, labels)

    def metrics(self, sums: Mapping[str, Tensor]) -> dict[str, float]:
        """``accuracy`` (or ``subset_accuracy`` and ``label_accuracy``), ``macro_f1`` and ``cross_entropy``.

        Raises:
            DataError: no sample had a label.
        """
        count = float(sums["count"])
        if count == 0:
            raise DataError(
                _("None of these images has a label, so a classifier cannot be judged on them; give labelled images.")
            )
        if self.spec.multi_label:
            shares = {"subset_accuracy": sums["hits"], "label_accuracy": sums["label_hits"] / len(self.spec.classes)}
        else:
            shares = {"accuracy": sums["hits"]}
        found = {name: float(value) / count for name, value in shares.items()}
        found["macro_f1"] = self._macro_f1(sums["class_counts"])
        found["cross_entropy"] = float(sums["cross_entropy"]) / count
        return found

    def _check(self) -> None:
        classes, several = len(self.spec.classes), self.spec.multi_label
        if classes < 2 and not (several and classes):
            names = ", ".join(self.spec.classes) or _("none")
            message = _(
                "A classifier needs two classes, but there are {count} ({names}); add one, or train an autoencoder."
            )
            raise DataError(message.format(count=classes, names=names))
        if several and self.softmax:
            raise RecipeError(
                _("model.outputs: softmax allows one label per image, but these have several; choose sigmoid or auto.")
            )
        if not several and not self.softmax and classes != 2:
            message = _("model.outputs: sigmoid is one score for two classes, not for {count}; choose softmax or auto.")
            raise RecipeError(message.format(count=classes))

    def _class_counts(self, scores: Tensor, labels: Tensor) -> Tensor:
        """Per sample and class 1 for a hit, for being predicted and for being true: float32 ``[n, 3, classes]``.

        A sample without a label counts nowhere; of mixed labels the likeliest class is the true one.
        """
        if self.spec.multi_label:
            predicted, true = scores > 0, labels > 0.5
        else:
            classes = torch.arange(scores.shape[1], device=scores.device)
            chosen = labels if labels.ndim == 1 else labels.argmax(1)
            true = chosen[:, None] == classes
            predicted = (scores.argmax(1)[:, None] == classes) & (chosen != NO_LABEL)[:, None]
        return torch.stack([predicted & true, predicted, true], 1).float()

    def _macro_f1(self, counts: Tensor) -> float:
        return macro_f1_of(counts.double().cpu().numpy(), unseen=self.spec.multi_label)

    def _hits(self, probabilities: Tensor, labels: Tensor) -> Terms:
        if not self.spec.multi_label:
            return {"hits": (probabilities.argmax(1) == labels).float().sum()}
        right = (probabilities > 0.5) == (labels > 0.5)
        return {"hits": right.all(1).float().sum(), "label_hits": right.float().sum()}


def labels_of(batch: Batch) -> Tensor:
    """The labels of a batch.

    Raises:
        DataError: it has none.
    """
    if batch.labels is None:
        raise DataError(
            _(
                "These data have no labels, which a classifier needs: sort images into one folder per class, and name "
                "a table's column of labels in data.target."
            )
        )
    return batch.labels


def _counting(labels: Tensor, weights: Tensor | None) -> Tensor | None:
    """Sample weights that leave out samples without a label; ``None`` when all count the same."""
    if labels.ndim == 2:
        return weights
    labelled = (labels != NO_LABEL).float()
    return labelled if weights is None else labelled * weights
