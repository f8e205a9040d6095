"""Saliency: how much each pixel matters to the score of a class, by the gradient and what is made of it.

Explains logits, asks for the capability ``logits`` alone, so that networks without convolutions have it too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import torch
from pydantic import Field
from torch import Tensor

from trasluz.look.maps.explaining import (
    Classes,
    answers,
    batch_size,
    chosen_classes,
    class_indices,
    labels_of,
    scores_of,
)
from trasluz.look.pictures import seen
from trasluz.look.result import Result
from trasluz.look.saliencies import Chosen, Explained, choose
from trasluz.look.shown import Shown
from trasluz.look.subject import Subject
from trasluz.messages import N_, _
from trasluz.recipe.base import Section
from trasluz.reporting import Reporter

HELP = N_("How much each pixel matters to the score of a class, by gradients.")
DEFAULT = False


class Config(Section):
    """``method``: a name of ``look/saliencies``, or ``{name: …, setting: value}`` with its settings.  ``classes``:
    ``all``; ``predicted``, which shows the predicted class beside the true one (or the second likeliest, where that
    is right or unknown); or names of classes.  ``count``: how many images, classes in turns, where none are given.
    """

    method: str | dict[str, Any] = "integrated-gradients"
    classes: Classes = "predicted"
    count: Annotated[int, Field(ge=1, le=1000)] = 10


@dataclass(frozen=True)
class SaliencyResult(Result):
    """n images, k classes per image.

    ``settings``: of the method, all of them.  ``images``: uint8 ``[n, h, w, c]``; ``names``; ``labels``: int64
    ``[n]``, −1 where unknown or several.  ``chosen``: int64 ``[n, k]`` indices into ``classes``, the predicted class
    first if only that was asked for.  ``predicted``: int64 ``[n]``; ``confidence``: float32 ``[n, all classes]``.

    ``signed``: float32 ``[n, k, h, w]``, the sum over channels: above 0 where a larger pixel value, or with
    integrated gradients the pixel as it is, raises the score.  ``strength``: likewise, not negative.  ``error``:
    float32 ``[n, k]``, by which share the values miss adding up to the change of the score; NaN for methods that do
    not promise that.
    """

    method: str
    settings: dict[str, Any]
    classes: tuple[str, ...]
    names: tuple[str, ...]
    images: np.ndarray
    labels: np.ndarray
    chosen: np.ndarray
    predicted: np.ndarray
    confidence: np.ndarray
    signed: np.ndarray
    strength: np.ndarray
    error: np.ndarray


RESULT = SaliencyResult


def refusal(subject: Subject) -> str | None:
    """Models without class scores have none."""
    missing = subject.lacks("logits")
    if missing:
        return missing
    if subject.spec.kind != "image":
        return _("heat maps need images")
    return None if subject.spec.classes else _("this model knows no classes")


def compute(subject: Subject, images: Shown | None, config: Config, reporter: Reporter) -> SaliencyResult:
    """What each pixel is worth, in batches of images.

    Raises:
        RecipeError: there is no such method or setting.
        RequestError: there is no such class, or the method does not fit the network.
    """
    method = choose(config.method)
    wanted = class_indices(subject, config.classes)
    shown = subject.pick(config.count) if images is None else images
    labels, size, parts = labels_of(shown), batch_size(subject), []
    with reporter.task(_("Heat maps"), len(shown), _("images")) as task:
        for start in range(0, len(shown), size):
            rows = np.arange(start, min(start + size, len(shown)))
            parts.append(_part(subject, method, wanted, shown.samples[rows], labels[rows], torch.from_numpy(rows)))
            task.advance(len(rows))
    joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return SaliencyResult(
        method=method.name,
        settings=method.config.model_dump(mode="json"),
        classes=subject.spec.classes,
        names=shown.names,
        labels=labels,
        **joined,
    )


def explained_of(subject: Subject) -> Explained:
    """The subject's model as methods see it."""
    return Explained(subject.networks, scores_of(subject), subject.preprocess.normalise)


def _part(
    subject: Subject, method: Chosen, wanted: Tensor | None, samples: np.ndarray, labels: np.ndarray, positions: Tensor
) -> dict[str, np.ndarray]:
    """Fields of ``SaliencyResult`` for images that are computed at once."""
    pixels, inputs, sure = answers(subject, samples)
    chosen = chosen_classes(sure, wanted, torch.from_numpy(labels).to(sure.device))
    if wanted is None:
        chosen = chosen[:, :2]
    found = method.attribute(explained_of(subject), inputs, chosen, positions.to(inputs.device))
    tensors = {
        "images": seen(pixels),
        "chosen": chosen,
        "predicted": sure.argmax(1),
        "confidence": sure,
        "signed": found.signed().float(),
        "strength": found.strength(method.method.ADDS_UP).float(),
        "error": torch.full(chosen.shape, torch.nan) if found.error is None else found.error.float(),
    }
    return {name: tensor.cpu().numpy() for name, tensor in tensors.items()}
