"""What looks that explain class scores share: which classes of an image to explain, and what the model says of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

import numpy as np
import torch
from pydantic import BeforeValidator
from torch import Tensor

from trasluz.errors import RequestError
from trasluz.families.capabilities import Classifies, GivesLogits
from trasluz.look.shown import Shown
from trasluz.look.subject import Subject
from trasluz.messages import _

COMPARED = 5  # likeliest classes that are explained where only the predicted one is asked for
BATCH_VALUES = 2**22  # values of input images at a time


def one_is_a_list(*choices: str) -> BeforeValidator:
    """Of an option that is one of ``choices`` or a list of names: a name by itself is a list of one."""
    return BeforeValidator(lambda value: (value,) if isinstance(value, str) and value not in choices else value)


Classes = Annotated[Literal["all", "predicted"] | tuple[str, ...], one_is_a_list("all", "predicted")]


def batch_size(subject: Subject) -> int:
    """How many images are explained at a time."""
    channels, height, width = subject.spec.shape
    return max(BATCH_VALUES // (height * width * channels), 1)


def labels_of(shown: Shown) -> np.ndarray:
    """Single labels, int64 ``[n]``; images with several have none that is the true one (−1)."""
    return shown.labels if shown.labels.ndim == 1 else np.full(len(shown), -1, np.int64)


def class_indices(subject: Subject, classes: Literal["all", "predicted"] | tuple[str, ...]) -> Tensor | None:
    """The classes that were asked for, int64; ``None`` for those that are likely.

    Raises:
        RequestError: there is no such class.
    """
    known = subject.spec.classes
    if classes == "predicted":
        return None
    names = known if classes == "all" else classes
    unknown = [name for name in names if name not in known]
    if unknown or not names:
        message = _("classes: {name!r} is no class of this model; allowed: {allowed}.")
        raise RequestError(message.format(name=unknown[0] if unknown else "", allowed=", ".join(known)))
    return torch.tensor([known.index(name) for name in names])


def scores_of(subject: Subject) -> Callable[[Tensor], Tensor]:
    """Inputs → logits ``[n, classes]``."""

    def scores(inputs: Tensor) -> Tensor:
        found: Tensor = subject.ask(GivesLogits).logits(subject.networks, inputs)
        return found

    return scores


def probabilities_of(subject: Subject) -> Callable[[Tensor], Tensor]:
    """Inputs → what the model says of each class, by its own ``classify`` where it has one."""
    if subject.can("classify"):
        return lambda inputs: subject.ask(Classifies).classify(subject.networks, inputs)
    return lambda inputs: subject.ask(GivesLogits).logits(subject.networks, inputs).softmax(1)


def answers(subject: Subject, samples: np.ndarray) -> tuple[Tensor, Tensor, Tensor]:
    """Stored samples in [0, 1], as the networks see them, and what the model says of each class, float32
    ``[n, classes]``."""
    pixels = subject.pixels(samples)
    inputs = subject.preprocess.normalise(pixels)
    with torch.inference_mode():
        return pixels, inputs, probabilities_of(subject)(inputs).float()


def chosen_classes(probabilities: Tensor, wanted: Tensor | None, labels: Tensor) -> Tensor:
    """The classes of each image, int64 ``[n, k]``: those wanted; or the likeliest, and after it the true one if that
    is another, then the next likely.  ``labels``: −1 where unknown."""
    if wanted is not None:
        return wanted.to(probabilities.device).expand(len(probabilities), -1)
    raised = probabilities.clone()
    images = torch.arange(len(raised), device=raised.device)
    known = labels >= 0
    raised[images[known], labels[known]] = 2  # the true class goes first …
    raised[images, probabilities.argmax(1)] = 3  # … after the predicted one
    return raised.topk(min(COMPARED, raised.shape[1]), 1).indices
