"""Likelihood: what a decoder's raw numbers say of the values of a sample.

A likelihood that learns something of its own (a width σ) is a module with parameters; the family keeps those with
its networks.  Sums are in nats wherever the likelihood is one, and in float32 whatever the forward pass computes in.
"""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor, nn

from trasluz.errors import RecipeError
from trasluz.messages import N_, _
from trasluz.metrics.described import Metric
from trasluz.recipe.base import Section
from trasluz.rng import StepRng

METRICS = {"negative_log_likelihood": Metric(N_("Negative log-likelihood (nats)"), "number", "lower")}

Shape = tuple[int, ...]


class Likelihood(nn.Module):
    """Base of all likelihoods; subclasses are named ``Likelihood`` in a file of their own, beside their ``Config``.

    ``term``: the name of its loss term.  ``outputs``: decoder numbers per value.  ``normalised``: whether it is a
    density or a mass of what is observed, so that bounds on the evidence mean something.  ``discrete``: whether it
    is a mass, so that bits per dimension do.  ``weight``: factor of its term in the loss.
    """

    term: ClassVar[str] = "negative_log_likelihood"
    images_only: ClassVar[bool] = False
    outputs: int = 1
    normalised: bool = True
    discrete: bool = False
    weight: float = 1.0

    def __init__(self, config: Section, shape: Shape) -> None:
        """For samples of ``shape`` (without the batch axis).

        Raises:
            RecipeError: it needs values in [0, 1], which only images have.
        """
        super().__init__()
        if self.images_only and len(shape) != 3:
            message = _(
                "model.likelihood: {name} needs values in [0, 1], which only images have, but one sample here has "
                "the shape {shape}; choose squared-error or gaussian."
            )
            name = type(self).__module__.rsplit(".", 1)[-1].replace("_", "-")
            raise RecipeError(message.format(name=name, shape="×".join(map(str, shape))))
        self.shape = shape
        self.bounded = len(shape) == 3

    @property
    def binarises(self) -> bool:
        """Whether what it observes are zeros and ones made of the pixels; the encoder then sees them too."""
        return False

    def observe(self, targets: Tensor, rng: StepRng) -> Tensor:
        """What is judged of ``targets`` ``[n, ...]`` in [0, 1]: the targets themselves, unless it binarises them."""
        return targets

    def rounds(self, observed: Tensor) -> Tensor:
        """Which of the samples ``observed`` it judges by rounded values instead of their own: bool ``[n]``."""
        return torch.zeros(len(observed), dtype=torch.bool, device=observed.device)

    def negative_log(self, raw: Tensor, targets: Tensor) -> Tensor:
        """−log p(targets | raw) summed over the values of each sample: float32 ``[n]``.

        ``raw`` is what the decoder gives (``raw_shape``), ``targets`` what ``observe`` gave, ``[n, *shape]``.
        """
        raise NotImplementedError

    def mean(self, raw: Tensor) -> Tensor:
        """The reconstruction: float32 ``[n, *shape]``, in [0, 1] for images."""
        location = self.split(raw)[0].float()
        return torch.sigmoid(location) if self.bounded else location

    @property
    def raw_shape(self) -> Shape:
        """What the decoder must give for each sample: ``outputs`` times the channels (or features)."""
        axis = self._axis
        return (*self.shape[:axis], self.shape[axis] * self.outputs, *self.shape[axis + 1 :])

    def split(self, raw: Tensor) -> tuple[Tensor, ...]:
        """The ``outputs`` tensors ``[n, *shape]`` in ``raw``."""
        return raw.chunk(self.outputs, 1 + self._axis) if self.outputs > 1 else (raw,)

    @property
    def _axis(self) -> int:
        """Channels come first in images, features last in sequences."""
        return 1 if len(self.shape) == 2 else 0


def sum_values(values: Tensor) -> Tensor:
    """Sums over everything but the first axis: ``[n]`` from ``[n, ...]``."""
    return values.flatten(1).sum(1)
