"""Classifier: one network from an image to a score per class, or to one score for two classes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor, nn

from trasluz.data.batch import Batch
from trasluz.draws import StepDraws
from trasluz.errors import DataError, RecipeError
from trasluz.families._features import penultimate
from trasluz.families._layers import blank, computation_order
from trasluz.families._penalty import l2_penalty
from trasluz.families.base import BaseFamily, Collector, Progress, Terms, mean_over_samples
from trasluz.messages import _
from trasluz.networks.choose import build_classifier
from trasluz.objectives.classification import NO_LABEL, binary_cross_entropy, cross_entropy
from trasluz.recipe.base import Section


class ClassifierConfig(Section):
    """``outputs``: ``softmax`` gives one score per class; ``sigmoid`` one score for two classes, or one yes-or-no
    score per label where an image has several; ``auto`` is softmax for one label per image and sigmoid for several.

    ``l2``: factor of Σ w² for layers that do not ask for their own.  ``mirror``: judge and predict by the mean of the
    scores of an image and of its mirror image (left and right swapped); training and ``logits`` see the image alone.
    """

    network: dict[str, Any] = Field(default_factory=lambda: {"name": "residual"})
    outputs: Literal["auto", "softmax", "sigmoid"] = "auto"
    label_smoothing: Annotated[float, Field(ge=0, lt=1)] = 0.0
    l2: Annotated[float, Field(ge=0)] = 0.0
    mirror: bool = False


class Family(BaseFamily):
    """Networks: ``classifier`` (image → scores before softmax or sigmoid)."""

    Config = ClassifierConfig
    config: ClassifierConfig
    capabilities: ClassVar[frozenset[str]] = frozenset({"logits", "classify", "features", "layers"})
    kinds: ClassVar[frozenset[str]] = frozenset({"image", "table", "sequence"})
    needs_labels: ClassVar[bool] = True
    uses_unlabelled: ClassVar[bool] = False

    @property
    def softmax(self) -> bool:
        """Whether classes exclude each other with one score each."""
        return self.config.outputs == "softmax" or (self.config.outputs == "auto" and not self.spec.multi_label)

    def build(self) -> nn.ModuleDict:
        """A fresh classifier for the data's shape and classes.

        Raises:
            RecipeError: the outputs do not suit the labels, or the network cannot exist for this shape.
            DataError: there are fewer than two classes to tell apart.
        """
        self._check()
        one = not self.softmax and not self.spec.multi_label
        outputs = 1 if one else len(self.spec.classes)
        return nn.ModuleDict({"classifier": build_classifier(self.config.network, self.spec.shape, outputs)})

    def losses(self, networks: nn.ModuleDict, batch: Batch, draws: StepDraws, progress: Progress, update: str) -> Terms:
        """``cross_entropy`` in nats, summed over the labels of an image; a mean over labelled images.

        With it goes ``accuracy`` (weight 0: it is only watched), against the likeliest class of mixed labels.
        """
        labels = _labels(batch)
        raw = networks["classifier"](batch.inputs)
        counting = _counting(labels, batch.weights)
        terms = {"cross_entropy": mean_over_samples(self._cross_entropy(raw, labels), counting)}
        if not self.spec.multi_label:
            chosen = labels if labels.ndim == 1 else labels.argmax(1)
            hits = (self._scores(raw.detach()).argmax(1) == chosen).float()
            terms["accuracy"] = mean_over_samples(hits, counting)
        return terms

    def term_weights(self, update: str, progress: Progress) -> Mapping[str, float | Tensor]:
        """Accuracy is watched, not trained."""
        return {"accuracy": 0.0}

    def penalty(self, networks: nn.ModuleDict, update: str) -> Tensor | None:
        """L2 as Keras means it."""
        return l2_penalty(networks, self.config.l2)

    def evaluate(
        self, networks: nn.ModuleDict, batch: Batch, draws: StepDraws, collector: Collector | None = None
    ) -> Terms:
        """Sums ``count`` (labelled images), ``cross_entropy``, ``hits`` and, with several labels per image,
        ``label_hits``; records ``probabilities`` ``[n, classes]`` and ``labels``."""
        labels = _labels(batch)
        raw = self._judge(networks, batch.inputs)
        probabilities = self._probabilities(raw)
        if collector is not None:
            collector.add("probabilities", probabilities)
            collector.add("labels", labels)
        counting = _counting(labels, None)
        count = counting.sum() if counting is not None else torch.tensor(float(len(batch)), device=raw.device)
        sums = {"count": count, "cross_entropy": self._cross_entropy(raw, labels).sum()}
        return sums | self._hits(probabilities, labels)

    def reads_inputs_through(self) -> str | None:
        """The classifier, unless it also judges mirror images."""
        return None if self.config.mirror else "classifier"

    def metrics(self, sums: Mapping[str, Tensor], networks: nn.ModuleDict) -> dict[str, float]:
        """``accuracy`` (or ``subset_accuracy`` and ``label_accuracy``), ``cross_entropy``, ``penalty``, ``loss``.

        Raises:
            DataError: no image had a label.
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
        found = {
            name: float(value) / count for name, value in (shares | {"cross_entropy": sums["cross_entropy"]}).items()
        }
        penalty = self.penalty(networks, "main")
        if penalty is not None:
            found["penalty"] = float(penalty.detach())
        found["loss"] = found["cross_entropy"] + found.get("penalty", 0.0)
        return found

    def logits(self, networks: nn.ModuleDict, inputs: Tensor) -> Tensor:
        """Scores float32 ``[n, classes]``: their softmax (for several labels their sigmoid) is ``classify``, without
        ``mirror``.

        One score z for two classes is given as (−z/2, z/2), which has the same softmax.
        """
        raw: Tensor = networks["classifier"](inputs)
        return self._scores(raw)

    def classify(self, networks: nn.ModuleDict, inputs: Tensor) -> Tensor:
        """Probabilities float32 ``[n, classes]`` from prepared inputs ``[n, c, h, w]``."""
        return self._probabilities(self._judge(networks, inputs))

    def features(self, networks: nn.ModuleDict, inputs: Tensor) -> Tensor:
        """What goes into the last layer, float32 ``[n, d]``, from prepared inputs ``[n, c, h, w]``.

        Raises:
            RequestError: the network has no linear or convolutional layer as a module.
        """
        return penultimate(networks["classifier"], inputs)

    def layers(self, networks: nn.ModuleDict) -> dict[str, tuple[int, ...]]:
        """Layers in order of computation and the shape of what each gives."""
        return computation_order(networks["classifier"], blank(networks, self.spec.shape), "classifier.")[0]

    def _judge(self, networks: nn.ModuleDict, inputs: Tensor) -> Tensor:
        """The network's scores, with ``mirror`` averaged over each image and its mirror image."""
        raw: Tensor = networks["classifier"](inputs)
        return (raw.float() + networks["classifier"](inputs.flip(3)).float()) / 2 if self.config.mirror else raw

    def _check(self) -> None:
        if self.config.mirror and self.spec.kind != "image":
            raise RecipeError(_("model.mirror: only images have a mirror image; leave it false for other data."))
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

    def _cross_entropy(self, raw: Tensor, labels: Tensor) -> Tensor:
        """``[n]``, with smoothing and class weights."""
        weights = None if self.class_weights is None else self.class_weights.to(raw.device)
        objective = cross_entropy if self.softmax else binary_cross_entropy
        return objective(raw, labels, smoothing=self.config.label_smoothing, class_weights=weights)

    def _scores(self, raw: Tensor) -> Tensor:
        raw = raw.float()
        one = not self.softmax and not self.spec.multi_label
        return torch.cat([-raw / 2, raw / 2], 1) if one else raw

    def _probabilities(self, raw: Tensor) -> Tensor:
        scores = self._scores(raw)
        return scores.sigmoid() if self.spec.multi_label else scores.softmax(1)

    def _hits(self, probabilities: Tensor, labels: Tensor) -> Terms:
        if not self.spec.multi_label:
            return {"hits": (probabilities.argmax(1) == labels).float().sum()}
        right = (probabilities > 0.5) == (labels > 0.5)
        return {"hits": right.all(1).float().sum(), "label_hits": right.float().sum()}


def _labels(batch: Batch) -> Tensor:
    if batch.labels is None:
        raise DataError(
            _("These images have no labels, which a classifier needs; sort them into one folder per class.")
        )
    return batch.labels


def _counting(labels: Tensor, weights: Tensor | None) -> Tensor | None:
    """Sample weights that leave out images without a label; ``None`` when all count the same."""
    if labels.ndim == 2:
        return weights
    labelled = (labels != NO_LABEL).float()
    return labelled if weights is None else labelled * weights
