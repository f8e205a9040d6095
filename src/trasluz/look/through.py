"""What one model makes of images that it is shown: answers, reconstructions, and where the evidence lies.

The same for every model, by its capabilities, so that models can stand beside each other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from trasluz.errors import RequestError
from trasluz.families.capabilities import Classifies, Reconstructs
from trasluz.look.maps.class_maps import class_maps
from trasluz.look.maps.explaining import scores_of
from trasluz.look.maps.map_layers import resolve
from trasluz.look.pictures import pictures, seen
from trasluz.look.subject import Subject


@dataclass(frozen=True)
class Through:
    """``images``: uint8 ``[n, h, w, c]`` as the model is shown them; what it cannot do is ``None``.

    ``probabilities``: float32 ``[n, k]`` of ``classes``, any number of which may hold at once where
    ``multi_label``.  ``maps``: float32 ``[n, h', w']``, Grad-CAM of the likeliest class on the grid of the last
    convolution, before the ReLU.  ``reconstructions``: uint8 ``[n, h, w, c]``; ``errors``: float32 ``[n]``, mean
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
    return subject.over(samples, lambda inputs, _unit: subject.ask(Classifies).classify(subject.networks, inputs))


def _rebuilt(subject: Subject, samples: np.ndarray) -> tuple[np.ndarray | None, np.ndarray | None]:
    if not subject.can("reconstruct"):
        return None, None
    made = subject.over(samples, lambda inputs, _unit: subject.ask(Reconstructs).reconstruct(subject.networks, inputs))
    original = subject.over(samples, lambda _inputs, pixels: pixels)
    if made.shape != original.shape:
        return None, None
    errors = ((made - original) ** 2).mean((1, 2, 3), dtype=np.float32)
    return seen(torch.from_numpy(made)).numpy(), errors


def _maps(subject: Subject, samples: np.ndarray, answers: np.ndarray) -> np.ndarray | None:
    """Grad-CAM of the likeliest class, where a convolution's map leads to the scores and a gradient back to it."""
    likeliest = torch.from_numpy(answers.argmax(1)).to(subject.device).unsqueeze(1)
    try:
        layers = resolve(subject, "last") if subject.can("logits", "layers") else {}
        if not layers:
            return None
        found = class_maps(subject.networks, scores_of(subject), subject.inputs(samples), likeliest, layers)
    except RequestError:  # a network that no gradient passes has no such maps, but all the rest
        return None
    (maps,) = found.maps.values()
    shown: np.ndarray = maps[:, 0].float().cpu().numpy()
    return shown
