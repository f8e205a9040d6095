"""The film that a training leaves behind: the same few images before it and after about nine of its epochs.

What a model can do says what is kept of it: reconstructions, samples from the same noise, class probabilities, and heat
maps.  ``training/callbacks/film_strip.py`` shoots the frames; they are computed in evaluation mode from draws of their
own, in float32, so that training is not changed by them.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from trasluz.data.data import Data
from trasluz.errors import RequestError
from trasluz.families.capabilities import Generates, Reconstructs
from trasluz.look.maps.class_maps import class_maps
from trasluz.look.maps.explaining import probabilities_of, scores_of
from trasluz.look.maps.layouts import Layout
from trasluz.look.maps.map_layers import resolve
from trasluz.look.pictures import as_pictures
from trasluz.look.shown import few_of_each_class
from trasluz.look.subject import Subject
from trasluz.metrics.reconstruction import per_sample
from trasluz.rng import Rng

FOLDER = "film-frames"
IMAGES = 8
_EPOCHS = 9  # besides the frame before training
RECORDED = ("reconstruct", "generate", "logits")


def film_epochs(total: int, count: int = _EPOCHS) -> tuple[int, ...]:
    """At most ``count`` epochs of ``total``, rising, the first and the last among them, at about equal ratios: early
    epochs change most.  All of them where they are no more."""
    chosen: list[int] = []
    for index, wanted in enumerate(np.geomspace(1, max(total, 1), count)):
        latest = total - (count - 1 - index)  # so that as many epochs are left as frames
        chosen.append(max(min(round(wanted), max(latest, 1)), chosen[-1] + 1 if chosen else 1))
    return tuple(epoch for epoch in chosen if epoch <= total)


def fixed_rows(data: Data) -> np.ndarray:
    """Rows of a few images for validation, or for training where there are none: classes in turns."""
    rows = data.split("valid") if len(data.split("valid")) else data.split("train")
    return few_of_each_class(data, rows, IMAGES)


def mapped_layers(subject: Subject) -> dict[str, Layout]:
    """The layer of which a frame holds maps; none where no convolution, or no gradient, is on the way to the scores."""
    if not subject.can("logits", "layers"):
        return {}
    try:
        with _apart(subject):
            return resolve(subject, "last")
    except (RuntimeError, RequestError):  # a network that no gradient passes: training must not end by its film
        return {}


def _apart(subject: Subject) -> AbstractContextManager[None]:
    """What draws even in use must not move the draws of training."""
    return Rng(0).ambient("film", device=subject.device)


def frame(subject: Subject, rows: np.ndarray, seed: int, layers: Mapping[str, Layout]) -> dict[str, np.ndarray]:
    """What the model does with these rows now, named as the callback ``FilmStrip`` says; ``layers``: one at most."""
    pixels = subject.pixels(np.asarray(subject.data.samples[rows]))
    inputs = subject.preprocess.normalise(pixels)
    found = {"rows": np.asarray(rows, np.int64), "images": as_pictures(pixels)}
    with subject.model.inference():
        if subject.can("reconstruct"):
            found |= _rebuilt(subject, inputs, pixels)
        if subject.can("generate"):
            rng = Rng(seed).child(FOLDER).at(0, 0, torch.arange(IMAGES, device=subject.device))
            found["samples"] = as_pictures(subject.ask(Generates).generate(subject.networks, IMAGES, rng).float())
        if subject.can("logits"):
            found["probabilities"] = probabilities_of(subject)(inputs).float().cpu().numpy()
    if subject.can("logits"):
        found["chosen"] = _chosen(subject.data, rows, found["probabilities"])
        found |= _mapped(subject, inputs, torch.from_numpy(found["chosen"]), layers)
    return found


def _rebuilt(subject: Subject, inputs: Tensor, pixels: Tensor) -> dict[str, np.ndarray]:
    made = subject.ask(Reconstructs).reconstruct(subject.networks, inputs).float()
    return {"reconstructions": as_pictures(made), "error": per_sample(made, pixels)["error"].cpu().numpy()}


def _chosen(data: Data, rows: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """The class of which each image's map is: its first label, or the likeliest class where it has none."""
    likeliest = np.asarray(probabilities.argmax(1), np.int64)
    if data.labels is None:
        return likeliest
    labels = np.asarray(data.labels[rows])
    if labels.ndim == 2:
        return np.asarray(np.where(labels.any(1), labels.argmax(1), likeliest))
    return np.asarray(np.where(labels >= 0, labels, likeliest), np.int64)


def _mapped(subject: Subject, inputs: Tensor, chosen: Tensor, layers: Mapping[str, Layout]) -> dict[str, np.ndarray]:
    found = {}
    for layer in layers:
        classes = chosen.to(subject.device).unsqueeze(1)
        try:
            with _apart(subject):
                maps = class_maps(subject.networks, scores_of(subject), inputs, classes, layers).maps[layer]
        except (RuntimeError, RequestError):  # as above
            return {}
        found = {"maps": maps[:, 0].float().cpu().numpy(), "layer": np.array(layer)}
    return found


def frame_files(run: Path) -> list[Path]:
    """The frames of a run folder, oldest first."""
    return sorted((run / "looks" / FOLDER).glob("*.npz"))
