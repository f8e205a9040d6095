"""What one model makes of images that it is shown: answers, reconstructions, and where the evidence lies.

The same for every model, by its capabilities, so that models can stand beside each other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from trasluz.look.class_maps import class_maps
from trasluz.look.map_layers import layouts, resolve, stages
from trasluz.look.pictures import pictures
from trasluz.look.subject import Subject


@dataclass(frozen=True)
class Through:
    """``images``: uint8 ``[n, h, w, c]`` as the model is shown them; what it cannot do is ``None``.

    ``probabilities``: float32 ``[n, k]`` of ``classes``, any number of which may hold at once where
    ``multi_label``.  ``maps``: float32 ``[n, h', w']``, Grad-CAM of the likeliest class on the grid of the last
    convolution, before the ReLU.  ``reconstructions``: uint8 ``[n, h, w, c]``; ``errors``: float32 ``[n]``, mean$
    squared error with pixels from 0 to 1.  ``samples``: uint8 ``[m, h, w, c]`` that it makes of nothing.
    """

    images: np.ndarray
    classes: tuple[str, ...] = ()
    multi_label: bool = False
    probabilities: np.ndarray | None = None
    maps: np.ndarray | None = None
    reconstructions: np.ndarray | None = None
    errors: np.ndarray | None = None
    samples: np.ndarray | None = None


def see_through(subject: Subject, samples: np.ndarray) -> Through:
    """What the model makes of stored images ``[n, h, w, c]``, n ≥ 1, in the shape that it was trained on."""
    rebuilt, errors = _rebuilt(subject, samples)
    answers = _answers(subject, samples)
    return Through(
        images=pictures(subject, samples),
        classes=subject.spec.classes,
        multi_label=subject.spec.multi_label,
        probabilities=answers,
        maps=None if answers is None else _maps(subject, samples, answers),
        reconstructions=rebuilt,
        errors=errors,
    )


def _answers(subject: Subject, samples: np.ndarray) -> np.ndarray | None:
    if not subject.can("classify"):
        return None
    return subject.over(samples, lambda inputs, _unit: subject.family.classify(subject.networks, inputs))


def _rebuilt(subject: Subject, samples: np.ndarray) -> tuple[np.ndarray | None, np.ndarray | None]:
    if not subject.can("reconstruct"):
        return None, None
    made = subject.over(samples, lambda inputs, _unit: subject.family.reconstruct(subject.networks, inputs))
    original = subject.over(samples, lambda _inputs, unit: unit)
    if made.shape != original.shape:
        return None, None
    errors = ((made - original) ** 2).mean((1, 2, 3), dtype=np.float32)
    return as_pictures(made), errors


def as_pictures(unit: np.ndarray) -> np.ndarray:
    """[0, 1] images ``[n, c, h, w]`` as uint8 ``[n, h, w, c]``; of channel counts that are no colours the mean."""
    shown = unit if unit.shape[1] in (1, 3, 4) else unit.mean(1, keepdims=True)
    found: np.ndarray = np.rint(shown.clip(0, 1) * 255).astype(np.uint8).transpose(0, 2, 3, 1)
    return found


def _maps(subject: Subject, samples: np.ndarray, answers: np.ndarray) -> np.ndarray | None:
    """Grad-CAM of the likeliest class, where a convolution's map leads to the scores."""
    if not subject.can("logits", "layers") or not stages(subject):
        return None
    (layer,) = resolve(subject, "last")
    likeliest = torch.from_numpy(answers.argmax(1)).to(subject.device).unsqueeze(1)

    def scores(inputs: Tensor) -> Tensor:
        found: Tensor = subject.family.logits(subject.networks, inputs)
        return found

    known = layouts(subject, (layer,))
    found = class_maps(subject.networks, scores, subject.inputs(samples), likeliest, known).maps[layer]
    maps: np.ndarray = found[:, 0].float().cpu().numpy()
    return maps
