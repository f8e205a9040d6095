"""A trained model applied to samples it has not seen, or to codes: what stands behind the verbs of ``Run``.

Sequences come with the steps of each that count (``LoadedImages.lengths``), which are handed to the family, so that
padding is never taken for data.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from trasluz.api.opened import OpenedRun
from trasluz.api.results import Predictions, Reconstructions
from trasluz.data.read.images import LoadedImages
from trasluz.errors import RequestError
from trasluz.families.capabilities import Classifies, Decodes, Encodes, HasPosterior, Reconstructs
from trasluz.messages import _
from trasluz.metrics.reconstruction import per_sample
from trasluz.model.evaluation_mode import batch_size_for


def predict(run: OpenedRun, loaded: LoadedImages) -> Predictions:
    """See ``Run.predict``."""
    probabilities = _apply(run, run.ask(Classifies).classify, loaded)
    spec = run.model.spec
    return Predictions(loaded.files, spec.classes, probabilities, spec.multi_label, loaded.unreadable)


def encode(run: OpenedRun, loaded: LoadedImages) -> np.ndarray:
    """See ``Run.encode``."""
    encode = run.ask(Encodes).encode
    return _apply(run, lambda networks, *given: encode(networks, *given).flatten(1), loaded)


def need_posterior(run: OpenedRun) -> None:
    """Refuses a model that encodes, but whose codes are no distributions.

    Raises:
        RequestError: names the verb that gives them.
    """
    if "posterior" not in run.capabilities:
        message = _("{path}: this model's codes are points, without a variance; encode gives them.")
        raise RequestError(message.format(path=run.path))


def posterior(run: OpenedRun, loaded: LoadedImages) -> tuple[np.ndarray, np.ndarray]:
    """See ``Run.posterior``."""
    posterior = run.ask(HasPosterior).posterior
    both = _apply(run, lambda networks, *given: torch.cat(posterior(networks, *given), 1), loaded)
    means, log_variances = np.split(both, 2, axis=1)
    return means, log_variances


def reconstruct(run: OpenedRun, loaded: LoadedImages) -> Reconstructions:
    """See ``Run.reconstruct``."""
    made = _apply(run, run.ask(Reconstructs).reconstruct, loaded)
    original = run.model.over(loaded.samples, lambda _inputs, pixels: pixels)
    lengths = None if loaded.lengths is None else torch.from_numpy(loaded.lengths)
    errors = per_sample(torch.from_numpy(made), torch.from_numpy(original), lengths)["error"].numpy()
    left, right = (_shown(run, values, loaded.lengths) for values in (original, made))
    return Reconstructions(loaded.files, left, right, errors, loaded.unreadable, run.origin, loaded.lengths)


def decode(run: OpenedRun, codes: ArrayLike) -> np.ndarray:
    """See ``Run.decode``."""
    family = run.ask(Decodes)
    given = _checked_codes(codes, run.model.code_size)
    size = batch_size_for(np.empty((1, *run.model.spec.shape), bool))
    found = []
    with torch.inference_mode():
        for start in range(0, len(given), size):
            part = torch.from_numpy(given[start : start + size]).to(run.device)
            found.append(family.decode(run.networks, part).float().cpu().numpy())
    made = np.concatenate(found)
    return made.transpose(0, 2, 3, 1) if run.preprocess.kind == "image" else run.preprocess.to_own_units(made)


def to_bytes(pixels: np.ndarray) -> np.ndarray:
    """[0, 1] images ``[n, c, h, w]`` to uint8 ``[n, h, w, c]``."""
    clipped: np.ndarray = np.clip(np.rint(pixels * 255), 0, 255).astype(np.uint8).transpose(0, 2, 3, 1)
    return clipped


def _apply(run: OpenedRun, method: Callable[..., Tensor], loaded: LoadedImages) -> np.ndarray:
    """``method(networks, inputs)``, of sequences ``method(networks, inputs, lengths)``, over all samples; float32."""

    def compute(inputs: Tensor, _unit: Tensor, *lengths: Tensor) -> Tensor:
        return method(run.networks, inputs, *lengths)

    return run.model.over(loaded.samples, compute, loaded.lengths)


def _shown(run: OpenedRun, values: np.ndarray, lengths: np.ndarray | None) -> np.ndarray:
    """What the network saw or made, for people: images as bytes, other samples in the data's own units; sequences
    end with the longest, and are zero beyond the steps that count."""
    if run.preprocess.kind == "image":
        return to_bytes(values)
    own = run.preprocess.to_own_units(values)
    if lengths is None:
        return own
    real = np.arange(lengths.max()) < lengths[:, None]
    kept: np.ndarray = np.where(real[..., None], own[:, : lengths.max()], np.float32(0))
    return kept


def _checked_codes(codes: ArrayLike, size: int) -> np.ndarray:
    """Float32 ``[n, size]``.

    Raises:
        RequestError: they are no finite numbers of that shape.
    """
    try:
        array = np.asarray(codes, np.float32)
    except (ValueError, TypeError):
        array = np.empty(0, np.float32)
    array = array[None] if array.shape == (size,) else array
    if array.ndim != 2 or array.shape[1] != size or not len(array) or not np.isfinite(array).all():
        message = _("codes: give finite numbers in the shape [n, {size}]; the shape here is {shape}.")
        raise RequestError(message.format(size=size, shape=list(np.shape(codes)) if array.size else "?"))
    return array
