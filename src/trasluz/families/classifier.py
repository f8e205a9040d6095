"""Classifier: one network from an image to a score per class, or to one score for two classes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import Field
from torch import Tensor, nn

from trasluz.data.data import DataSpec
from trasluz.data.feed.batch import Batch
from trasluz.errors import RecipeError
from trasluz.families._call import apply
from trasluz.families._features import penultimate
from trasluz.families._labels import LabelObjective, Outputs
from trasluz.families._layers import blank, computation_order
from trasluz.families._penalty import l2_penalty
from trasluz.families._views import mean_score
from trasluz.families.base import BaseFamily, Collector, Losses, Progress, Terms
from trasluz.messages import N_, _
from trasluz.networks.choose import build_classifier
from trasluz.recipe.base import Section
from trasluz.rng import StepRng

NAME = N_("classifier")


class ClassifierConfig(Section):
    """``outputs``: ``softmax`` gives one score per class; ``sigmoid`` one score for two classes, or one yes-or-no
    score per label where an image has several; ``auto`` is softmax for one label per image and sigmoid for several.

    ``l2``: factor of Σ w² for layers that do not ask for their own.  ``mirror``: judge and predict by the mean of the
    scores of an image and of its mirror image (left and right swapped).  ``shift``: of these and of the same shifted
    by so many pixels up, down, left and right, the four shifts together counting as much as the image; five times the
    work.  Training and ``logits`` see the image alone.
    """

    network: dict[str, Any] = Field(default_factory=lambda: {"name": "residual"})
    outputs: Outputs = "auto"
    label_smoothing: Annotated[float, Field(ge=0, lt=1)] = 0.0
    l2: Annotated[float, Field(ge=0)] = 0.0
    mirror: bool = False
    shift: Annotated[int, Field(ge=0)] = 0


class Family(BaseFamily):
    """Networks: ``classifier`` (image → scores before softmax or sigmoid)."""

    Config = ClassifierConfig
    config: ClassifierConfig
    capabilities: ClassVar[frozenset[str]] = frozenset({"logits", "classify", "features", "layers"})
    kinds: ClassVar[frozenset[str]] = frozenset({"image", "table", "sequence"})
    needs_labels: ClassVar[bool] = True
    weighs_classes: ClassVar[bool] = True
    uses_unlabelled: ClassVar[bool] = False
    only_weighs: ClassVar[frozenset[str]] = frozenset({"l2"})

    def __init__(self, config: ClassifierConfig, spec: DataSpec, class_weights: Tensor | None = None) -> None:
        super().__init__(config, spec, class_weights)
        self.labels = LabelObjective(spec, config.outputs, config.label_smoothing, class_weights)

    def build(self) -> nn.ModuleDict:
        """A fresh classifier for the data's shape and classes.

        Raises:
            RecipeError: the outputs do not suit the labels, or the network cannot exist for this shape.
            DataError: there are fewer than two classes to tell apart.
        """
        self._check_views()
        classifier = build_classifier(self.config.network, self.spec.shape, self.labels.outputs)
        return nn.ModuleDict({"classifier": classifier})

    def losses(self, networks: nn.ModuleDict, batch: Batch, rng: StepRng, progress: Progress, update: str) -> Losses:
        """``cross_entropy`` in nats, summed over the labels of an image; a mean over labelled images.

        With it goes what is only watched: ``accuracy``, and the statistic of which an epoch makes F1.
        """
        return self.labels.losses(apply(networks["classifier"], batch.inputs, batch.lengths), batch)

    def training_metrics(self, means: Mapping[str, Tensor]) -> dict[str, float]:
        """``macro_f1`` over the samples of an epoch as they were predicted while training."""
        return self.labels.training_metrics(means)

    def penalty(self, networks: nn.ModuleDict, update: str) -> Tensor | None:
        """L2 as Keras means it."""
        return l2_penalty(networks, self.config.l2)

    def evaluate(
        self, networks: nn.ModuleDict, batch: Batch, rng: StepRng, collector: Collector | None = None
    ) -> Terms:
        """Sums ``count`` (labelled images), ``cross_entropy``, ``hits``, ``class_counts`` ``[3, classes]`` and, with
        several labels per image, ``label_hits``; records ``probabilities`` ``[n, classes]`` and ``labels``."""
        return self.labels.sums(self._mean_over_views(networks, batch.inputs, batch.lengths), batch, collector)

    def metrics(self, sums: Mapping[str, Tensor], networks: nn.ModuleDict) -> dict[str, float]:
        """``accuracy`` (or ``subset_accuracy`` and ``label_accuracy``), ``macro_f1``, ``cross_entropy``, ``penalty``
        and ``loss``.

        Raises:
            DataError: no image had a label.
        """
        found = self.labels.metrics(sums)
        penalty = self.penalty(networks, "main")
        if penalty is not None:
            found["penalty"] = float(penalty.detach())
        found["loss"] = found["cross_entropy"] + found.get("penalty", 0.0)
        return found

    def reads_inputs_through(self) -> str | None:
        """The classifier, unless it also judges other views of an image."""
        return None if self.config.mirror or self.config.shift else "classifier"

    def logits(self, networks: nn.ModuleDict, inputs: Tensor, lengths: Tensor | None = None) -> Tensor:
        """Scores float32 ``[n, classes]``: their softmax (for several labels their sigmoid) is ``classify``, without
        ``mirror`` and ``shift``.

        One score z for two classes is given as (−z/2, z/2), which has the same softmax.
        """
        return self.labels.scores(apply(networks["classifier"], inputs, lengths))

    def classify(self, networks: nn.ModuleDict, inputs: Tensor, lengths: Tensor | None = None) -> Tensor:
        """Probabilities float32 ``[n, classes]`` from prepared inputs ``[n, c, h, w]``."""
        return self.labels.probabilities(self._mean_over_views(networks, inputs, lengths))

    def features(self, networks: nn.ModuleDict, inputs: Tensor) -> Tensor:
        """What goes into the last layer, float32 ``[n, d]``, from prepared inputs ``[n, c, h, w]``.

        Raises:
            RequestError: the network has no linear or convolutional layer as a module.
        """
        return penultimate(networks["classifier"], inputs)

    def layers(self, networks: nn.ModuleDict) -> dict[str, tuple[int, ...]]:
        """Layers in order of computation and the shape of what each gives."""
        return computation_order(networks["classifier"], blank(networks, self.spec.shape), "classifier.")[0]

    def _mean_over_views(self, networks: nn.ModuleDict, inputs: Tensor, lengths: Tensor | None) -> Tensor:
        """The network's scores, a mean over the views that ``mirror`` and ``shift`` ask for."""
        if not self.config.mirror and not self.config.shift:
            return apply(networks["classifier"], inputs, lengths)
        return mean_score(networks["classifier"], inputs, self.config.mirror, self.config.shift)

    def _check_views(self) -> None:
        """Refuses views that the data do not have.

        Raises:
            RecipeError: other data than images, or a shift that moves a whole image out of sight.
        """
        if self.spec.kind != "image":
            if self.config.mirror:
                raise RecipeError(_("model.mirror: only images have a mirror image; leave it false for other data."))
            if self.config.shift:
                raise RecipeError(_("model.shift: only images can be shifted; leave it 0 for other data."))
        elif self.config.shift >= min(self.spec.shape[1:]):
            message = _("model.shift: {shift} pixels, but the images are {height}×{width}; choose less than {least}.")
            height, width = self.spec.shape[1:]
            raise RecipeError(
                message.format(shift=self.config.shift, height=height, width=width, least=min(height, width))
            )
